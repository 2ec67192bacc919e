import { afterEach, describe, expect, it } from 'vitest'
import { needsAttention } from '@/server/domain/check'
import { type AnyLab, hasCluster, type WanLab } from '@/server/domain/lab'
import { checkAnyLab } from '@/server/observe/check-wan-lab'
import { ConsoleTurns } from '@/server/observe/console-turns'
import { WanWatch } from '@/server/observe/wan-live'
import { loadLab } from '@/server/topology/load'
import { SshPool } from '@/server/transport/pool'
import { delay, until } from '../testing/client'
import { PASSWORD_ENV } from './labfile'
import type { WanSwitch } from './options'
import { type TestWan, testWan } from './testing'

const env = { [PASSWORD_ENV]: 'lab-console-7' }
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end()
})

const wanOf = (lab: AnyLab): WanLab => {
  if (hasCluster(lab)) throw new Error('no lab of a WAN alone')
  return lab
}

type Started = TestWan & { lab: TestWan['lab']; wan: WanLab; pool: SshPool; turns: ConsoleTurns }

async function start(): Promise<Started> {
  const world = await testWan()
  cleanups.push(world.close)
  const loaded = await loadLab(world.lab.labFile)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors))
  const wan = wanOf(loaded.lab)
  const pool = new SshPool(wan.hosts, { env, passwords: [wan.wan.console] })
  cleanups.push(() => pool.dispose())
  return { ...world, wan, pool, turns: new ConsoleTurns() }
}

const check = ({ wan, pool, turns }: Started, lab = wan) =>
  checkAnyLab({ lab, pool }, { turns, env, ownRun: async () => null })
const wrong = async (started: Started, lab = started.wan) =>
  (await check(started, lab)).findings.filter(needsAttention).map(({ id, status }) => [id, status])

describe('Check lab', () => {
  it('finds nothing wrong, skips nothing, and leaves every console as it was', async () => {
    const started = await start()
    const { findings, skipped } = await check(started)
    expect(findings.filter(needsAttention)).toEqual([])
    expect(skipped).toEqual([])
    expect(findings.filter(({ id }) => id.startsWith('console/'))).toHaveLength(3)
    expect(findings.length).toBeGreaterThan(30)
    for (const vm of [101, 102, 103]) expect(started.lab.world.vm(vm).console.phase).toBe('login')
  }, 30_000)

  it.each([
    ['console-wedged', [['console/103', 'missing']]],
    ['console-held', [['console/103', 'unknown']]],
    ['two-emulators', [['console/103', 'differs']]],
    ['link-degraded', [['console/103', 'differs']]],
    ['nic-down', [['nic/enp2s0f3', 'differs']]],
  ] satisfies [WanSwitch, unknown][])(
    'with %s names that and nothing else',
    async (name, expected) => {
      const started = await start()
      await started.lab.control.switch({ name, on: true })
      await delay(300)
      expect(await wrong(started)).toEqual(expected)
    },
    30_000,
  )

  it('names the two WANulators whose NICs are swapped in the lab file, and a wrong id', async () => {
    const started = await start()
    const swapped = structuredClone(started.wan)
    const [a, b] = swapped.wan.wanulators.filter(({ vm }) => vm === 102 || vm === 103)
    if (!a || !b) throw new Error('no 102 and 103')
    ;[a.nics, b.nics] = [b.nics, a.nics]
    expect(await wrong(started, swapped)).toEqual([
      ['vm/102', 'differs'],
      ['vm/103', 'differs'],
    ])
    const misnamed = structuredClone(started.wan)
    const of = misnamed.wan.wanulators.find(({ vm }) => vm === 103)
    if (of) of.vm = 113
    const result = await check(started, misnamed)
    expect(result.findings.filter(needsAttention).map(({ id }) => id)).toEqual(['vm/113'])
    expect(result.skipped.map(({ what }) => what)).toEqual(['console of VM 113'])
  }, 30_000)

  it('leaves the consoles alone while a run has them', async () => {
    const started = await start()
    const giveBack = await started.turns.take(started.wan.id)
    const { findings, skipped } = await check(started)
    giveBack()
    expect(findings.some(({ id }) => id.startsWith('console/'))).toBe(false)
    expect(skipped.map(({ what }) => what)).toEqual(['consoles of the WANulators'])
  }, 30_000)
})

describe('live', () => {
  const signal = new AbortController().signal

  it('shows what is in force on each link, what passes each NIC, and who is on a console', async () => {
    const started = await start()
    const { wan, pool, turns, lab } = started
    const watch = new WanWatch({ lab: wan, pool }, turns, { consoleMs: 60_000, env })
    await lab.control.switch({ name: 'link-degraded', on: true })
    await delay(300)
    watch.look(false, signal)
    await watch.reading
    const byVm = () => new Map(watch.look(false, signal).wanulators.map((one) => [one.vm, one]))
    expect(byVm().get(103)?.reading).toMatchObject({ good: false, impairment: { toIsp: { lossPercent: 15 } } })
    expect(byVm().get(102)).toMatchObject({ status: 'running', reading: { good: true, text: 'good' }, error: null })
    expect(byVm().get(100)).toMatchObject({ status: 'stopped', reading: null, error: null })

    await watch.nics(signal)
    await delay(500)
    const nics = await watch.nics(signal)
    expect(nics?.enp1s0f3).toMatchObject({ up: true, rxBitPerS: expect.any(Number) })
    expect(nics?.enp1s0f3?.rxBitPerS).toBeGreaterThan(1000)
    expect(nics?.enp1s0f0).toMatchObject({ up: false })

    await lab.control.switch({ name: 'console-held', on: true })
    const giveBack = await turns.take(wan.id)
    giveBack()
    await delay(5)
    watch.look(false, signal)
    await watch.reading
    expect(byVm().get(103)).toMatchObject({ reading: null, error: { code: 'console-held' } })
    await until('the others were read again', () => byVm().get(101)?.reading?.good === true)
  }, 30_000)
})
