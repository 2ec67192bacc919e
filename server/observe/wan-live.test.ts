import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { GOOD, presetDirection } from '../domain/impairment'
import { type WanLab, WanLabSchema } from '../domain/lab'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { answeredLab } from '../drivers/test-lab'
import { ConsoleTurns } from './console-turns'
import { rateOf, WanWatch } from './wan-live'

const lab: WanLab = WanLabSchema.parse(exampleWanLab())
const signal = new AbortController().signal

/** A PVE host that lists its links and VMs, whose consoles cannot be opened. */
function watched(consoleMs = 60_000, env: Record<string, string> = { WANULATOR_PASSWORD: 'pw' }) {
  const asked: string[] = []
  let bytes = 0
  const { pool } = answeredLab((argv) => {
    asked.push(argv)
    if (argv.includes('qm list'))
      return { stdout: '      VMID NAME STATUS MEM(MB) BOOTDISK(GB) PID\n       103 starlink running 512 0.00 7\n' }
    if (!argv.includes('ip -s -j link')) return {}
    bytes += 125_000
    const stats64 = { rx: { bytes }, tx: { bytes: 5 } }
    return {
      stdout: JSON.stringify([
        { ifname: 'enp2s0f2', flags: ['UP', 'LOWER_UP'], operstate: 'UP', stats64 },
        { ifname: 'enp2s0f3', flags: ['UP'], operstate: 'DOWN', stats64 },
      ]),
    }
  })
  const turns = new ConsoleTurns()
  const watch = new WanWatch({ lab, pool }, turns, { consoleMs, env })
  const looks = () => asked.filter((argv) => argv.includes('qm list')).length
  return { watch, turns, looks }
}

describe('a rate', () => {
  it('needs two readings of a counter that goes on', () => {
    expect(rateOf(1000, 2000, 1000)).toBe(8000)
    expect(rateOf(undefined, 2000, 1000)).toBeNull()
    expect(rateOf(2000, 1000, 1000)).toBeNull()
    expect(rateOf(1000, 2000, 0)).toBeNull()
    expect(rateOf(1000, 2000, 60_000)).toBeNull()
  })
})

describe('a WAN that is watched', () => {
  it('shows states at once, and rates from the second poll on', async () => {
    const { watch } = watched()
    const first = await watch.nics(signal)
    expect(first).toEqual({
      enp2s0f2: { up: true, rxBitPerS: null, txBitPerS: null },
      enp2s0f3: { up: false, rxBitPerS: null, txBitPerS: null },
    })
    await sleep(20)
    const second = await watch.nics(signal)
    expect(second?.enp2s0f2?.rxBitPerS).toBeGreaterThan(1_000_000)
    expect(second?.enp2s0f2?.txBitPerS).toBe(0)
  })

  it('has its consoles read once, told why it gave nothing, and again after a run', async () => {
    const { watch, turns, looks } = watched()
    expect(watch.look(false, signal)).toMatchObject({ isReading: true, isTaken: false })
    await watch.reading
    const { wanulators } = watch.look(false, signal)
    expect(wanulators.find(({ vm }) => vm === 103)).toMatchObject({
      ...{ status: 'running', reading: null, error: { message: expect.any(String) } },
    })
    expect(wanulators.find(({ vm }) => vm === 101)).toMatchObject({ status: 'absent', error: null })
    expect(looks()).toBe(1)
    const giveBack = await turns.take(lab.id)
    expect(watch.look(false, signal)).toMatchObject({ isReading: false, isTaken: true })
    await sleep(2)
    giveBack()
    expect(watch.look(false, signal).isReading).toBe(true)
    await watch.reading
    expect(looks()).toBe(2)
  })

  it('leaves the consoles to the run of another dashboard, by its lease', async () => {
    const { watch, looks } = watched()
    expect(watch.look(true, signal)).toMatchObject({ isReading: false, isTaken: true })
    expect(watch.look(false, signal)).toMatchObject({ isReading: true, isTaken: false })
    await watch.reading
    expect(looks()).toBe(1)
  })

  it('shows what the run that is on has set, and nothing else, until it has ended', async () => {
    const { watch, turns } = watched()
    const giveBack = await turns.take(lab.id)
    const cut = { toIsp: presetDirection('drop-100'), toRouter: GOOD }
    const reading = (vm: number, hasLease = true) =>
      watch.look(hasLease, signal).wanulators.find((one) => one.vm === vm)?.reading
    watch.setByRun(103, cut)
    expect(reading(103)).toMatchObject({ impairment: cut, good: false, isByRun: true })
    expect(reading(101)).toBeNull()
    watch.setByRun(103, null)
    expect(reading(103)).toBeNull()
    watch.setByRun(103, cut)
    giveBack()
    expect(reading(103, false)).toBeNull()
    await watch.reading
  })

  it('tries a refused password again only when somebody asks for it', async () => {
    const { watch } = watched(0, {})
    const triedMs = async () => {
      await sleep(5)
      const { wanulators } = watch.look(false, signal)
      await watch.reading
      return wanulators.find(({ vm }) => vm === 103)?.error?.atMs ?? 0
    }
    await triedMs()
    const first = await triedMs()
    expect(first).toBeGreaterThan(0)
    expect(await triedMs()).toBe(first)
    watch.again()
    await triedMs()
    expect(await triedMs()).toBeGreaterThan(first)
  })
})
