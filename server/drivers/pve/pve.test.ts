import { describe, expect, it } from 'vitest'
import { WanLabSchema } from '../../domain/lab'
import { failure } from '../../transport/test-server'
import { answeredLab } from '../test-lab'
import { powerOff, powerOn, readVmConfig, readVms, type WanAccess } from './pve'
import { exampleWanLab } from './test-wan'

function answered(answer: (command: string) => { stdout?: string; stderr?: string; exitCode?: number }): {
  access: WanAccess
  ran: string[]
} {
  const ran: string[] = []
  const { pool } = answeredLab((argv) => {
    const command = argv.slice(argv.indexOf('qm'))
    ran.push(command)
    return answer(command)
  })
  return { access: { pool, lab: WanLabSchema.parse(exampleWanLab()) }, ran }
}

const options = { tag: 'test/pve' }

describe('the PVE host', () => {
  it('starts and stops only what is not so already', async () => {
    const running = answered(() => ({ stdout: 'status: running\n' }))
    await powerOn(running.access, 101, options)
    await powerOff(running.access, 101, options)
    expect(running.ran).toEqual(['qm status 101', 'qm status 101', 'qm stop 101'])
    const stopped = answered(() => ({ stdout: 'status: stopped\n' }))
    await powerOff(stopped.access, 101, options)
    await powerOn(stopped.access, 101, options)
    expect(stopped.ran).toEqual(['qm status 101', 'qm status 101', 'qm start 101'])
  })

  it('gives the reason when it refuses', async () => {
    const missing = "Configuration file 'nodes/pve/qemu-server/109.conf' does not exist\n"
    const { access } = answered(() => ({ exitCode: 2, stderr: missing }))
    const error = await failure(readVmConfig(access, 109, options))
    expect([error.code, error.message, error.host]).toEqual(['command-failed', 'pve: there is no such VM', 'pve'])
    expect((await failure(readVms(access, options))).code).toBe('command-failed')
  })
})
