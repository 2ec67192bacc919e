import { describe, expect, it } from 'vitest'
import { answeredLab, testLab } from '../drivers/test-lab'
import { LabSwitches } from './switches'

const entry = {
  id: 'a',
  title: 'A',
  at: { instance: 'fw1' },
  on: ['x', 'on'],
  off: ['x', 'off'],
  state: ['x', 'state'],
}

/** Switches of a lab in which all goes well, `lease` apart. */
function setUp({ allowDestructive = true, busy = false, lease = '' } = {}) {
  const lab = testLab({ allowDestructive, switches: [entry] })
  const run: string[] = []
  let on = false
  const { pool } = answeredLab((argv) => {
    if (argv.endsWith('x on') || argv.endsWith('x off')) {
      run.push(argv)
      on = argv.endsWith('x on')
    }
    return { stdout: argv.includes('x state') ? `a ${on ? 0 : 1}\n` : lease }
  }, lab)
  const alone = async (_lab: string, _what: string, work: () => Promise<void>) => {
    if (!busy) await work()
    return !busy
  }
  return { run, switches: new LabSwitches({ lab: () => lab, connections: () => pool }, alone) }
}

describe('setting a switch', () => {
  it('runs its command and answers with what is on', async () => {
    const { run, switches } = setUp()
    expect(await switches.set('test', 'a', true)).toMatchObject([{ id: 'a', state: 'on' }])
    expect(await switches.set('test', 'a', false)).toMatchObject([{ id: 'a', state: 'off' }])
    expect(run).toHaveLength(2)
  })

  it('is refused for what the lab file does not declare, while the lab is busy, and where nothing may be broken', async () => {
    const nothing = setUp()
    await expect(nothing.switches.set('test', 'zz', true)).rejects.toMatchObject({ code: 'not-found' })
    const busy = setUp({ busy: true })
    for (const on of [true, false])
      await expect(busy.switches.set('test', 'a', on)).rejects.toMatchObject({ code: 'conflict' })
    const careful = setUp({ allowDestructive: false })
    await expect(careful.switches.set('test', 'a', true)).rejects.toMatchObject({ code: 'forbidden' })
    expect([...nothing.run, ...busy.run, ...careful.run]).toEqual([])
    expect(await careful.switches.set('test', 'a', false)).toMatchObject([{ state: 'off' }])
  })

  it('is refused while another dashboard holds the lab', async () => {
    const owner = JSON.stringify({ runId: 'r9', owner: 'ann@desk:3000', armedMs: 1 })
    const { run, switches } = setUp({ lease: `state armed\nowner.json ${owner}\ndeadline 9999999999\nbeat 1\nnow 2\n` })
    await expect(switches.set('test', 'a', true)).rejects.toMatchObject({
      code: 'lease-held',
      message: expect.stringContaining('ann@desk:3000'),
    })
    expect(run).toEqual([])
  })
})
