import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { GOOD as PASSES, presetDirection } from '@/server/domain/impairment'
import { hasWan } from '@/server/domain/lab'
import { wanLinks } from '@/server/domain/wan'
import { linkReading, readInForce, setImpairment, withWanulator } from '@/server/drivers/wanulator/wanulator'
import { loadLab } from '@/server/topology/load'
import { SshPool } from '@/server/transport/pool'
import { App, until } from '../harness'
import { labCopy } from '../lab-copy'
import { GOOD, inside, isOnFirst, LINKS, look, lookInto, REFERENCE_WAN } from './lab-eyes'
import { lossOn } from './link-loss'
import { watchPaths } from './paths'

const { env } = REFERENCE_WAN
const [FIRST] = LINKS
const LEASE_S = 10
let app: App

beforeAll(async () => {
  app = await App.start([REFERENCE_WAN.file], undefined, env)
})
afterAll(() => app?.stop())
beforeEach(() => until('the traffic is on the first link', isOnFirst))

/** Reads as good by the WANulators' own kernels and files, and measures as good, each way on every link. */
async function everyLinkIsGood(): Promise<void> {
  for (const link of LINKS) {
    expect(await lookInto(link.vm)).toEqual({ vm: link.vm, ...GOOD })
    for (const towards of ['isp', 'router'] as const)
      expect({ link: link.id, towards, ...(await lossOn(link, towards, 500)) }).toMatchObject({ sent: 500, lost: 0 })
  }
}

const isDegraded = () => until('the link is degraded', async () => (await lookInto(FIRST.vm)).drops.length > 0)

/** A run of WAN-2 that stands with its link degraded. */
async function degradedRun(on: App): Promise<string> {
  const { id } = await on.start(REFERENCE_WAN.id, 'WAN-2', { durationS: 60 })
  await isDegraded()
  return id
}

test('15 % loss by the product is 15 ± 2 % on the wire one way, none the other, and none once it is good again', async () => {
  const loaded = await loadLab(REFERENCE_WAN.file)
  if (!loaded.ok || !hasWan(loaded.lab)) throw new Error('no WAN lab')
  const { lab } = loaded
  const pool = new SshPool(lab.hosts, { env, passwords: [lab.wan.console] })
  const link = wanLinks(lab.wan)[0]
  if (!link) throw new Error('no link')
  const set = (toIsp: typeof PASSES) =>
    withWanulator({ pool, lab }, link.wanulator, { tag: 'test/wan', env }, async (shell, emulator) => {
      await setImpairment(shell, emulator, link, { toIsp, toRouter: PASSES })
      return linkReading(link, await readInForce(shell, emulator))
    })
  try {
    expect(await set(presetDirection('drop-15'))).toMatchObject({ impairment: { toIsp: { lossPercent: 15 } } })
    const { sent, lost } = await lossOn(FIRST, 'isp', 5000)
    console.log(`${lost} of ${sent} lost: ${((100 * lost) / sent).toFixed(2)} %`)
    expect(sent).toBe(5000)
    expect((100 * lost) / sent).toBeGreaterThan(13)
    expect((100 * lost) / sent).toBeLessThan(17)
    expect(await lossOn(FIRST, 'router', 500)).toEqual({ sent: 500, lost: 0 })
  } finally {
    await set(PASSES)
    await pool.dispose()
  }
  await everyLinkIsGood()
})

test('WAN-1: each complete failure moves the traffic, and the lab is as before', async () => {
  const before = await look()
  const paths = await watchPaths()
  const { id } = await app.start(REFERENCE_WAN.id, 'WAN-1', { durationS: 60 })
  const run = await app.ended(id, 280_000)
  const used = await paths()
  console.log(`used: ${used.join(', ')}; Failover Time ${JSON.stringify(run.measurements.failoverTime)}`)
  expect(run.criteria.filter((criterion) => criterion.verdict !== 'pass')).toEqual([])
  expect(run.verdict).toBe('pass')
  expect(used.slice(0, 3)).toEqual(['starlink-1', 'starlink-2', 'byu'])
  expect(used.at(-1)).toBe('starlink-1')
  expect(await look()).toEqual(before)
})

test('after a cancel every link reads and measures as good', async () => {
  const before = await look()
  const id = await degradedRun(app)
  await app.post(`/api/v1/runs/${id}/cancel`)
  expect((await app.ended(id)).ending).toBe('cancelled')
  expect(await look()).toEqual(before)
  await everyLinkIsGood()
})

test('after kill -9 of the app every link reads and measures as good once it is back', async () => {
  const before = await look()
  const id = await degradedRun(app)
  await app.kill()
  await app.restart()
  expect((await app.ended(id)).ending).toBe('interrupted')
  expect(await look()).toEqual(before)
  await everyLinkIsGood()
})

test('after kill -9 of an app that does not come back the PVE host makes the link good by itself', async () => {
  const other = await App.start([labCopy(REFERENCE_WAN.file, ['leaseS'], LEASE_S)], undefined, env)
  try {
    await degradedRun(other)
    await other.kill()
    const isGood = async () => (await lookInto(FIRST.vm)).drops.length === 0
    await until('the link is good', isGood, 120_000, 500)
    const isGone = async () =>
      (await inside('pve', 'sh', '-c', 'ls -d /var/tmp/failover-lab 2>&1; exit 0')).includes('No such')
    await until('the lease is gone', isGone, 60_000, 500)
    await everyLinkIsGood()
  } finally {
    await other.stop()
  }
})
