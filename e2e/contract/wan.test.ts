import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, type RunAnswer, until, type World } from '../harness'
import { plannedFor } from './planned'
import { backMs, changesOf, longestPauseMs, lookAtWan, pathsIn, type WanTruth } from './wan-eyes'
import { QUICK, wanWorlds } from './wan-worlds'

/** WAN-1 needs three cuts, each as long as loss is validated; the others a quarter of that before and after. */
const PARAMS: Record<string, Record<string, unknown>> = { 'WAN-1': { durationS: 32 } }
const SHORT = { durationS: 28 }
const FLAPS = { recomputeMs: 3000, windowMs: 2500 }

type Row = { caseId: string; params?: Record<string, unknown>; options?: Record<string, number>; on?: string }
const ROWS: [string, Row][] = [
  ['WAN-1', { caseId: 'WAN-1' }],
  ['WAN-2', { caseId: 'WAN-2' }],
  ['WAN-2 with HTTP load', { caseId: 'WAN-2', params: { http: true } }],
  ['WAN-2 by fping, captured on both sides', { caseId: 'WAN-2', params: { probe: 'fping', capture: 'both' } }],
  ['WAN-3', { caseId: 'WAN-3' }],
  ['WAN-4', { caseId: 'WAN-4' }],
  ['WAN-5', { caseId: 'WAN-5' }],
]
const FLAPPING: Row = { caseId: 'WAN-5', params: { durationS: 40 }, options: FLAPS, on: 'flapping' }

let worlds: World[] = []
let app: App
let close = async () => {}
const free: World[] = []

beforeAll(async () => {
  const started = await wanWorlds(ROWS.length + 1)
  worlds = started.worlds
  app = started.app
  close = started.close
  free.push(...worlds)
})
afterAll(() => close())

type Ran = { run: RunAnswer; truth: WanTruth }

/** One run on a free world; the lab is as before afterwards, and nothing was done that the plan does not say. */
async function ran({ caseId, params = {}, options = {}, on }: Row): Promise<Ran> {
  const world = await until('a world is free', async () => free.pop())
  await world.call('options', { ...QUICK, ...options })
  if (on) await world.call('switch', { name: on, on: true })
  const given = { ...SHORT, ...PARAMS[caseId], ...params }
  const before = await lookAtWan(world)
  const planned = await plannedFor(app, world.id, caseId, given)
  const { id } = await app.start(world.id, caseId, given)
  const run = await app.ended(id)
  const truth = await world.call<WanTruth>('truth')
  expect(run.ending, run.message ?? '').toBe('completed')
  expect(planned.strangers(run)).toEqual([])
  expect(await lookAtWan(world)).toEqual(before)
  expect(before.vms.every(({ isGood }) => isGood)).toBe(true)
  return { run, truth }
}

const reasons = (run: RunAnswer) => JSON.stringify(run.criteria.map(({ id, verdict, reason }) => [id, verdict, reason]))

/** Whether a stated time has the truth in its interval; in words, so that a failure shows both. */
function statement({ measurements }: RunAnswer, id: string, truthMs: number | null): string {
  const { ms, plusMs, minusMs } = measurements[id] ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  if (truthMs === null) return `${id}: the world knows of none`
  const holds = ms - minusMs - 1 <= truthMs && truthMs <= ms + plusMs + 1
  return `${id} ${holds ? 'holds' : `${ms} +${plusMs} -${minusMs} does not hold ${truthMs}`}`
}

const evidenceOf = (run: RunAnswer, id: string): string[] =>
  (run.criteria as (RunAnswer['criteria'][number] & { evidence: { text: string }[] })[])
    .filter((criterion) => criterion.id === id)
    .flatMap(({ evidence }) => evidence.map(({ text }) => text))

describe.concurrent('on the embedded WAN lab', () => {
  test.each(ROWS)('%s passes, and its numbers hold what the world itself knows', async (_title, row) => {
    const { run, truth } = await ran(row)
    expect(run.verdict, reasons(run)).toBe('pass')
    const changes = changesOf(truth, run.startedAt ?? 0)
    const [first, second, third] = changes
    if (row.caseId === 'WAN-1') {
      const leftMs = [first, second].map((change) => change?.leftMs ?? Number.NaN)
      expect(Math.min(...leftMs)).toBeGreaterThan(200)
      expect(statement(run, 'failoverTimeByCapture', Math.max(...leftMs))).toBe('failoverTimeByCapture holds')
      expect(third?.leftMs).not.toBeNull()
    } else {
      const gapMs = longestPauseMs(truth, first?.cutMs ?? 0, second?.cutMs ?? 0)
      expect(statement(run, 'failoverTimeByCapture', gapMs)).toBe('failoverTimeByCapture holds')
      expect(statement(run, 'linkLeft', first?.leftMs ?? null)).toBe('linkLeft holds')
      const { ms = Number.NaN, minusMs = 0 } = run.measurements.lossBackFarSide ?? {}
      expect(ms - minusMs).toBeLessThanOrEqual(first?.leftMs ?? 0)
      expect(pathsIn(truth, first?.cutMs ?? 0)).toEqual(['starlink-2', 'starlink-1'])
      expect(evidenceOf(run, 'link-left').join()).toMatch(/meanwhile used: .*starlink-2/)
    }
    expect(statement(run, 'reversionTime', backMs(truth, 'starlink-1'))).toBe('reversionTime holds')
    const [before, afterwards] = evidenceOf(run, 'link-back')
    expect(before).toMatch(/^Before: (no path [\d.]+ m?s, )?starlink-1 [\d.]+ s$/)
    expect(afterwards).toContain('starlink-1')
    // Each NIC in either direction, on the router's side of the three links or on both.
    expect(run.captures).toHaveLength(row.params?.capture === 'both' ? 12 : 6)
    if (row.params?.http) expect(run.criteria.find(({ id }) => id === 'requests')).toMatchObject({ verdict: 'pass' })
  })

  test('a router that flaps fails WAN-5, with how often and how regularly', async () => {
    const { run, truth } = await ran(FLAPPING)
    const oscillation = run.criteria.find(({ id }) => id === 'oscillation') as
      | (RunAnswer['criteria'][number] & { measured: { text: string } })
      | undefined
    expect(oscillation?.verdict, reasons(run)).toBe('fail')
    const [first, second] = changesOf(truth, run.startedAt ?? 0)
    const [fromMs, toMs] = [first?.cutMs ?? 0, second?.cutMs ?? 0]
    const beside = pathsIn(truth, fromMs, toMs).length - 1
    const [, least, most, periodS] =
      /^([\d.]+)–([\d.]+) changes\/min, every ([\d.]+) s$/.exec(oscillation?.measured.text ?? '') ?? []
    const perMinute = (60_000 * beside) / (toMs - fromMs)
    expect(Number(least)).toBeLessThanOrEqual(perMinute)
    expect(Number(most)).toBeGreaterThanOrEqual(perMinute)
    expect(Math.abs(Number(periodS) - (2 * FLAPS.recomputeMs) / 1000)).toBeLessThanOrEqual(1)
  })
})
