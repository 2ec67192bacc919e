import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { LabSchema } from '@/server/domain/lab'
import { delay, LabClient, quote, testLab, until } from './testing/client'
import { gaps, replies } from './testing/ping-lines'
import { SWITCHES } from './world/options'

let open: Awaited<ReturnType<typeof testLab>> | null = null
async function start(options: Parameters<typeof testLab>[0] = {}) {
  open = await testLab(options)
  return open
}
afterEach(async () => {
  await open?.close()
  open = null
})

describe('the switches of the lab file', () => {
  it('are all of the world’s; each is turned on, asked and turned off by its own commands', async () => {
    const { lab, client } = await start()
    const { switches } = LabSchema.parse(parse(readFileSync(lab.labFile, 'utf8')))
    expect(switches.map(({ id }) => id)).toEqual([...SWITCHES])
    for (const { id, on, off, state = [], expect: said } of switches) {
      expect(said, id).toMatch(/\.$/)
      expect((await client.run(quote(state))).code, id).toBe(1)
      expect((await client.run(quote(on))).code, id).toBe(0)
      expect((await client.run(quote(state))).code, id).toBe(0)
      expect(lab.world.switches).toEqual(new Set([id]))
      expect((await client.run(quote(off))).code, id).toBe(0)
      expect((await client.run(quote(state))).code, id).toBe(1)
    }
    expect((await client.run('failover-lab-world state nothing')).code).toBe(2)
  })

  it('ssh-drop: every connection two seconds after the fault, once', async () => {
    const { lab, client } = await start()
    await lab.control.switch({ name: 'ssh-drop', on: true })
    await client.inside('bpfrx-fw0', 'systemctl', 'kill', '--signal=KILL', 'bpfrxd')
    expect(lab.ssh.connections()).toBe(1)
    await until('dropped', () => lab.ssh.connections() === 0, 3000)
    const again = await LabClient.connect(lab.labFile)
    expect((await again.run('incus exec bpfrx-fw0 -- systemctl start bpfrxd')).code).toBe(0)
    await delay(2200)
    expect((await again.run('true')).code).toBe(0)
    again.end()
  })

  it('sender-stall: nothing is sent for a while, nothing is lost', async () => {
    const { lab, client } = await start({ world: { stallMs: 300, stallEveryMs: 400 } })
    await lab.control.switch({ name: 'sender-stall', on: true })
    const { stdout } = await client.inside(
      'cluster-lan-host',
      'ping',
      '-D',
      '-O',
      '-n',
      '-i',
      '0.005',
      '-c',
      '150',
      '8.8.8.8',
    )
    expect(gaps(stdout)).toEqual([])
    const sent = replies(stdout).map(({ sentMs }) => sentMs)
    const longest = Math.max(...sent.slice(1).map((ms, i) => ms - (sent[i] ?? 0)))
    expect(longest).toBeGreaterThan(299)
    expect(longest).toBeLessThan(315)
  })

  it('no-session-sync: takes from the backup what it had, and gives it back', async () => {
    const { lab, client } = await start()
    const backup = () => lab.world.sessions.list(1).length
    await client.inside('cluster-lan-host', 'ping', '-n', '-i', '0.01', '-c', '3', '8.8.8.8')
    expect(backup()).toBe(1)
    await lab.control.switch({ name: 'no-session-sync', on: true })
    expect(backup()).toBe(0)
    await lab.control.switch({ name: 'no-session-sync', on: false })
    await until('synced', () => backup() === 1)
  })
})
