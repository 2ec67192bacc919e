import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../domain/event'
import { formatMeasured } from '../domain/format'
import { GOOD, type Impairment, presetDirection } from '../domain/impairment'
import { type WanLab, WanLabSchema } from '../domain/lab'
import type { SampleRow } from '../domain/sample'
import { wanLinks } from '../domain/wan'
import { captureName, type WanCaptured } from '../domain/wan-run'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { wanAnalysis } from '../measure/wan/analysis'
import { blockedBecause, caseView, labFor, parseParams } from './define'
import { casesFor, findCase } from './index'
import { judge } from './judge'

const lab: WanLab = WanLabSchema.parse({ ...exampleWanLab(), allowDestructive: true })
const links = wanLinks(lab.wan)
const [first, second] = links.map(({ id }) => id) as [string, string]
const ORIGIN_MS = 1_800_000_000_000
const T0_MS = 30_000
const GOOD_MS = 90_000
const END_MS = 120_000
const EVERY_MS = 20

/** Which link carries the traffic at a moment (ms since the beginning); null: none. */
type World = (atMs: number) => string | null

/** What the captures show of a world: SLA probes everywhere, the traffic from 5 s on. */
function captured(world: World, endMs = END_MS): WanCaptured {
  const nics = links.flatMap(({ id, toRouter }) =>
    (['in', 'out'] as const).map((direction) => ({ id, nic: toRouter.nic.name, direction })),
  )
  const analysis = wanAnalysis({ nics: nics.map(captureName), originMs: ORIGIN_MS })
  for (let atMs = 0; atMs < endMs; atMs += EVERY_MS) {
    if (atMs === 0) analysis.begin('idle')
    if (atMs === 5000) analysis.begin('loaded')
    if (atMs === 10_000) analysis.begin('judged')
    for (const nic of nics) {
      if (atMs % 500 === 0) analysis.add(captureName(nic), ORIGIN_MS + atMs, 142)
      if (atMs >= 5000 && world(atMs) === nic.id) analysis.add(captureName(nic), ORIGIN_MS + atMs, 1438)
    }
  }
  const reading = analysis.read(ORIGIN_MS + endMs)
  return {
    ...{ spacingMs: reading.spacingMs, endMs: ORIGIN_MS + endMs },
    nics: nics.flatMap((nic) => {
      const read = reading.nics.get(captureName(nic))
      if (!read) return []
      const { traffic, bins, ...rest } = read
      return [
        {
          ...{ nic: nic.nic, direction: nic.direction, ...rest, bins: { ...bins, bins: [...bins.bins] } },
          traffic: traffic && { ...traffic, lengths: [...traffic.lengths] },
          ...{ dropped: 0, error: null, file: null },
        },
      ]
    }),
  }
}

const impaired = (link: string, atMs: number, impairment: Impairment, event: 'failover' | 'reversion') => ({
  ...{ kind: 'fault-injected' as const, event, title: `${link} changed`, mode: 'x', place: { host: 'pve' } },
  ...{ commandId: 'c1', clock: 'pve', exitCode: 0, link: { id: link, impairment } },
  t0: { fromMs: ORIGIN_MS + atMs, toMs: ORIGIN_MS + atMs + 300 },
})
const both = (direction: Impairment['toIsp']): Impairment => ({ toIsp: direction, toRouter: direction })

/** 100 ms pings; nothing comes back while no link carries the traffic. */
function probe(world: World): SampleRow[] {
  return Array.from({ length: (END_MS - 5000) / 100 }, (_, n): SampleRow => {
    const atMs = 5000 + n * 100
    const stampMs = ORIGIN_MS + atMs
    return world(atMs) === null ? [1, stampMs + 100, n, null, null, null] : [0, stampMs + 20, n, 20, 60, 64]
  })
}

function run(
  id: string,
  world: World,
  {
    more = [],
    change = (c) => c,
    params = {},
    answered = world,
  }: {
    more?: readonly ReturnType<typeof impaired>[]
    change?: (captured: WanCaptured) => WanCaptured
    params?: Record<string, unknown>
    /** What the probe finds, where that is something else. */
    answered?: World
  } = {},
) {
  const definition = findCase(id)
  if (!definition) throw new Error(`there is no ${id}`)
  const clocks = Object.fromEntries(['pve', 'juulink-edge-1'].map((host) => [host, { offsetMs: 0, errorMs: 0.2 }]))
  const changes =
    more.length > 0
      ? more
      : [
          impaired(first, T0_MS, both(presetDirection('drop-15')), 'failover'),
          impaired(first, GOOD_MS, both(GOOD), 'reversion'),
        ]
  const bodies = [
    { kind: 'context' as const, context: { softwareVersions: {}, toolVersions: {}, clocks, macs: {}, switches: [] } },
    ...changes,
    { kind: 'wan-captured' as const, captured: change(captured(world)) },
  ]
  const events = bodies.map((body, at): RunEvent => ({ ...body, seq: at + 1, atMs: ORIGIN_MS + END_MS }))
  const streams = new Map([['probe:far-side', probe(answered)]])
  const evidence = { lab, params: parseParams(definition, params, lab), events, streams }
  const report = judge(definition, evidence, 'completed')
  const verdicts = Object.fromEntries(report.criteria.map((criterion) => [criterion.id, criterion.verdict]))
  return { report, verdicts }
}

const moved =
  (goneMs: number, backMs: number, gapMs = 0): World =>
  (atMs) => {
    if (atMs < T0_MS + goneMs || atMs >= GOOD_MS + backMs) return first
    return atMs < T0_MS + goneMs + gapMs ? null : second
  }

const PASSED = {
  'link-gap': 'pass',
  'link-left': 'pass',
  'loss-back': 'pass',
  'link-back': 'pass',
  oscillation: 'pass',
}

describe('a degraded link', () => {
  it('that the traffic leaves and comes back to passes, with the gap as Failover Time', () => {
    const { report, verdicts } = run('WAN-2', moved(3000, 5000, 1200))
    expect(verdicts).toEqual(PASSED)
    expect(report.verdict).toBe('pass')
    expect(report.headline).toMatchObject({ method: 'TBM' })
    expect(report.headline?.ms).toBeCloseTo(1220, -2)
    const text = JSON.stringify(report.criteria)
    expect(text).toContain(`${second} `)
  })

  it('that the traffic stays on is a failure of leaving, and no gap', () => {
    const { report, verdicts } = run('WAN-3', () => first)
    expect(verdicts).toEqual({ ...PASSED, 'link-left': 'fail', 'link-back': 'inconclusive' })
    expect(report.criteria.find(({ id }) => id === 'link-left')?.measured?.text).toBe('> 54.700 s')
  })

  it('after which the traffic is never seen again is a gap without an end', () => {
    const { report, verdicts } = run('WAN-2', (atMs) => (atMs < T0_MS + 500 ? first : null))
    expect(verdicts).toMatchObject({ 'link-gap': 'fail', 'loss-back': 'fail', 'link-back': 'inconclusive' })
    expect(report.headline).toBeNull()
  })

  it('between which and another one the path flaps is told with its period', () => {
    const flapping: World = (atMs) =>
      atMs > T0_MS && atMs < GOOD_MS && Math.floor(atMs / 4000) % 2 === 1 ? second : first
    const { report, verdicts } = run('WAN-5', flapping)
    expect(verdicts).toMatchObject({ oscillation: 'fail', 'link-gap': 'pass', 'link-left': 'fail' })
    expect(report.criteria.find(({ id }) => id === 'oscillation')?.measured?.text).toMatch(
      /changes\/min, every 8\.000 s/,
    )
  })

  it('is told by times that hold the truth', () => {
    const { report } = run('WAN-2', moved(3000, 5000, 1200))
    const truths = { failoverTimeByCapture: 1200, linkLeft: 3000, reversionTime: 5000, 'lossBack-far-side': 4200 }
    for (const [id, truthMs] of Object.entries(truths)) {
      const { ms, plusMs, minusMs } = report.measurements.find((one) => one.id === id) ?? {}
      expect([id, (ms ?? 0) + (plusMs ?? 0) >= truthMs, (ms ?? 0) - (minusMs ?? 0) <= truthMs]).toEqual([
        id,
        true,
        true,
      ])
    }
  })

  it('may change its path so often that the limit lies within what bins and T0 leave open', () => {
    const twiceMore: World = (atMs) => {
      if (atMs < 33_000 || atMs >= 95_000) return first
      return atMs >= 50_000 && atMs < 60_000 ? first : second
    }
    const { report, verdicts } = run('WAN-5', twiceMore)
    expect(verdicts.oscillation).toBe('inconclusive')
    expect(report.criteria.find(({ id }) => id === 'oscillation')?.measured?.text).toMatch(/^1\.99–2\.01 changes/)
  })

  it('that loses until it is made good again has not been left in time', () => {
    const until = (goodMs: number) => [
      impaired(first, T0_MS, both(presetDirection('drop-15')), 'failover'),
      impaired(first, goodMs, both(GOOD), 'reversion'),
    ]
    const lossy =
      (goodMs: number): World =>
      (atMs) =>
        atMs > T0_MS && atMs < goodMs && Math.floor(atMs / 1000) % 2 === 0 ? null : first
    expect(run('WAN-2', lossy(GOOD_MS), { more: until(GOOD_MS) }).verdicts['loss-back']).toBe('fail')
    expect(run('WAN-2', lossy(45_000), { more: until(45_000) }).verdicts['loss-back']).toBe('inconclusive')
  })

  it('that loses one by one only has not been left, either', () => {
    const everyFourth =
      (toMs: number): World =>
      (atMs) =>
        atMs > T0_MS && atMs < toMs && atMs % 400 === 0 ? null : first
    const lossOf = (toMs: number) => {
      const { report } = run('WAN-2', () => first, { answered: everyFourth(toMs) })
      const { verdict, measured } = report.criteria.find(({ id }) => id === 'loss-back') ?? {}
      return [verdict, Math.round((measured?.value ?? 0) / 1000)]
    }
    expect(lossOf(GOOD_MS)).toEqual(['fail', expect.closeTo(59, -1)])
    expect(lossOf(T0_MS + 20_000)[0]).toBe('pass')
  })

  it('is not judged without one of the captures', () => {
    const change = (all: WanCaptured) => ({ ...all, nics: all.nics.slice(1) })
    expect(run('WAN-2', moved(3000, 5000), { change }).verdicts).toMatchObject({
      ...{ 'link-gap': 'inconclusive', 'link-left': 'inconclusive', 'link-back': 'inconclusive' },
      oscillation: 'inconclusive',
    })
  })

  it('is not judged by captures that show no traffic while the probe is answered', () => {
    const unseen: World = (atMs) => (atMs > 40_000 && atMs < 80_000 ? null : first)
    const { report, verdicts } = run('WAN-2', unseen, { answered: () => first })
    expect(verdicts['link-gap']).toBe('inconclusive')
    expect(report.criteria.find(({ id }) => id === 'link-gap')?.reason).toMatch(
      /Far side.*: \d+ probes were answered while the captures show no traffic/,
    )
    expect([report.headline, report.wan?.openMs]).toEqual([null, null])
  })

  it('is judged whatever becomes of captures that were made for looking at', () => {
    const change = (all: WanCaptured) => {
      const [one] = all.nics
      if (!one) throw new Error('nothing was captured')
      const nic = { ...one, nic: links[0]?.toIsp.nic.name ?? '', dropped: 12, backwards: 2, gapMs: 9000 }
      return { ...all, nics: [...all.nics, nic] }
    }
    const { report, verdicts } = run('WAN-2', moved(3000, 5000, 1200), { change })
    expect(verdicts).toEqual(PASSED)
    expect(report.wan?.doubts).toEqual([])
    expect(report.wan?.gapMs).toBeLessThan(106)
  })

  it.each([
    ['broke off', (nic: WanCaptured['nics'][number]) => ({ ...nic, error: 'pve: this user may not capture' })],
    ['dropped packets', (nic: WanCaptured['nics'][number]) => ({ ...nic, dropped: 12 })],
    ['did not say what it dropped', (nic: WanCaptured['nics'][number]) => ({ ...nic, dropped: null })],
    ['was set back', (nic: WanCaptured['nics'][number]) => ({ ...nic, backwards: 3 })],
  ])('is not judged by a capture that %s', (_what, spoil) => {
    const change = (all: WanCaptured) => ({ ...all, nics: all.nics.map((nic, at) => (at === 0 ? spoil(nic) : nic)) })
    const { report, verdicts } = run('WAN-2', moved(3000, 5000), { change })
    expect(verdicts).toMatchObject({ 'link-gap': 'inconclusive', 'link-left': 'inconclusive' })
    expect(report.verdict).toBe('inconclusive')
    expect(report.headline).toBeNull()
  })
})

const shifted = ({ fromMs, toMs }: { fromMs: number; toMs: number }, byMs: number) => ({
  fromMs: fromMs + byMs,
  toMs: toMs + byMs,
})

describe('all links cut one by one', () => {
  const cut = both(presetDirection('drop-100'))
  const more = [
    ...links.map(({ id }, at) => impaired(id, 30_000 + at * 15_000, cut, 'failover')),
    ...links.map(({ id }, at) => impaired(id, 90_000 + at * 1000, both(GOOD), 'reversion')),
  ]
  const [a, b, c] = links.map(({ id }) => id) as [string, string, string]
  const world =
    (gapMs: number, leak = false): World =>
    (atMs) => {
      if (atMs < 30_000 || atMs >= 95_000) return a
      if (atMs < 45_000) return atMs < 30_000 + gapMs ? null : b
      if (atMs < 60_000) return atMs < 45_000 + gapMs ? null : c
      return leak ? c : null
    }

  it('is survived as long as one is left, and nothing passes then', () => {
    const { report, verdicts } = run('WAN-1', world(2000), { more })
    expect(verdicts).toEqual({ 'link-gap': 'pass', 'all-cut': 'pass', 'link-back': 'pass', agreement: 'pass' })
    expect(report.verdict).toBe('pass')
  })

  it('is compared with the probe, which may lose an answer to the next cut already', () => {
    const quick = links.map(({ id }, at) => impaired(id, 30_000 + at * 7000, cut, 'failover'))
    const moving: World = (atMs) => {
      if (atMs < 30_000) return a
      // The probes of 36.9 s and 43.9 s are on their way when the next link is cut.
      if (atMs < 36_900) return atMs < 31_400 ? null : b
      return atMs >= 38_400 && atMs < 43_900 ? c : null
    }
    const { verdicts } = run('WAN-1', moving, {
      more: quick.map((fault) => ({ ...fault, t0: shifted(fault.t0, -80) })),
    })
    expect(verdicts.agreement).toBe('pass')
  })

  it('is not survived by a router that takes too long', () => {
    expect(run('WAN-1', world(8000), { more }).verdicts).toMatchObject({ 'link-gap': 'fail', 'all-cut': 'pass' })
  })

  it('shows a WANulator that does not do what it reads', () => {
    expect(run('WAN-1', world(1000, true), { more }).verdicts).toMatchObject({ 'all-cut': 'fail' })
  })
})

describe('what a report of the links states', () => {
  const cut = both(presetDirection('drop-100'))
  const changes = [
    ...links.map(({ id }, at) => impaired(id, 30_000 + at * 15_000, cut, 'failover')),
    ...links.map(({ id }, at) => impaired(id, 90_000 + at * 1000, both(GOOD), 'reversion')),
  ]
  const [a, b, c] = links.map(({ id }) => id) as [string, string, string]
  const world =
    (firstGapMs: number, secondGapMs: number): World =>
    (atMs) => {
      if (atMs < 30_000 || atMs >= 95_000) return a
      if (atMs < 45_000) return atMs < 30_000 + firstGapMs ? null : b
      if (atMs < 60_000) return atMs < 45_000 + secondGapMs ? null : c
      return null
    }
  const covers = (measured: { ms: number; plusMs: number; minusMs: number } | undefined, truthMs: number) =>
    measured !== undefined && measured.ms - measured.minusMs <= truthMs && truthMs <= measured.ms + measured.plusMs

  it('is the worst of several failures at the top, but not the outage of all links', () => {
    const { headline, wan } = run('WAN-1', world(1000, 2000), { more: changes }).report
    expect(headline?.ms).toBeCloseTo(2020, -2)
    const there = wan?.gaps.filter(({ direction }) => direction === 'in') ?? []
    expect(there.map(({ fromMs, toMs }) => Math.round((toMs - fromMs) / 1000))).toEqual([1, 2, 35])
    for (const { lowerMs, upperMs } of there) expect(lowerMs).toBeLessThan(upperMs ?? 0)
  })

  it('is no gap longer than what would have been seen where none was', () => {
    const { headline } = run('WAN-2', moved(3000, 5000)).report
    expect(headline).toMatchObject({ ms: 0, minusMs: 0 })
    expect(headline?.plusMs).toBeGreaterThanOrEqual(EVERY_MS)
    expect(headline && formatMeasured(headline)).toMatch(/^no gap ≥ \d/)
  })

  it('is how long a gap lasted at least whose end nobody saw', () => {
    const { headline, wan } = run('WAN-2', (atMs) => (atMs < T0_MS + 500 ? first : null)).report
    expect(headline).toBeNull()
    expect(wan?.openMs).toBeGreaterThan(55_000)
  })

  it('is when the traffic had left and was back, each within its error, and the path in between', () => {
    const { measurements, wan } = run('WAN-2', moved(3400, 5700)).report
    const found = (id: string) => measurements.find((each) => each.id === id)
    // T0 lies somewhere in 300 ms.
    for (const lateMs of [0, 300]) {
      expect(covers(found('linkLeft'), 3400 - lateMs)).toBe(true)
      expect(covers(found('reversionTime'), 5700 - lateMs)).toBe(true)
    }
    expect(wan?.stretches.map(({ title, used }) => [title, used[0]?.path])).toEqual([
      ['Before', first],
      [`${first} changed`, second],
      [`${first} changed`, first],
    ])
    expect(wan?.oscillation).toMatchObject({ changes: 1 })
    expect(wan?.paths.map(({ path }) => path)).toEqual([null, first, second, first])
  })

  it('is nothing where the captures are in doubt, and why', () => {
    const change = (all: WanCaptured) => ({ ...all, nics: all.nics.map((nic) => ({ ...nic, dropped: 12 })) })
    const { measurements, wan } = run('WAN-2', moved(3000, 5000), { change }).report
    expect(measurements.some(({ method }) => method === 'TBM')).toBe(false)
    expect(wan).toMatchObject({ gaps: [], oscillation: null, openMs: null })
    expect(wan?.doubts[0]).toContain('dropped 12 packets')
  })
})

describe('the cases of a WAN', () => {
  it('are those that a lab with a WAN alone has, and let the link be chosen', () => {
    expect(casesFor(lab).map(({ id }) => id)).toEqual(['WAN-1', 'WAN-2', 'WAN-3', 'WAN-4', 'WAN-5'])
    const definition = findCase('WAN-2')
    if (!definition) throw new Error('there is no WAN-2')
    const field = caseView(definition, lab).fields.find(({ name }) => name === 'link')
    expect(field).toMatchObject({ type: 'choice', default: first, title: 'Link' })
    expect(field?.choices.map(({ value }) => value)).toEqual(links.map(({ id }) => id))
    expect(parseParams(definition, { durationS: 30 }, lab)).toEqual({
      link: first,
      durationS: 30,
      probe: 'ping',
      capture: 'router',
      http: false,
    })
    expect(() => parseParams(definition, { link: 'nowhere' }, lab)).toThrow(/there is no "nowhere"/)
    expect(() => parseParams(definition, { capture: 'eth0' }, lab)).toThrow(/there is no "eth0"/)
    expect(blockedBecause(definition, { ...lab, allowDestructive: false })).toMatch(/degrades or cuts links/)
    expect(() => labFor({ on: 'cluster', id: 'TC-3' }, lab)).toThrow(/has no cluster/)
  })

  it.each([
    ['router', 3, 0],
    ['both', 6, 3],
    [links[1]?.toIsp.nic.name ?? '', 4, 1],
  ])('capture on the router side of every link, and where else it is chosen: %s', (capture, nics, more) => {
    for (const id of ['WAN-1', 'WAN-2']) {
      const definition = findCase(id)
      if (!definition) throw new Error(`there is no ${id}`)
      const steps = definition.steps(lab, parseParams(definition, { capture }, lab), 'RUN')
      const captured = steps.flatMap(({ actions }) =>
        actions.flatMap((action) => (action.kind === 'start-wan-capture' ? action.captures : [])),
      )
      const names = new Set(captured.map(({ nic }) => nic))
      expect([captured.length, names.size]).toEqual([2 * nics, nics])
      expect(links.filter(({ toIsp }) => names.has(toIsp.nic.name))).toHaveLength(more)
      expect(links.every(({ toRouter }) => names.has(toRouter.nic.name))).toBe(true)
    }
  })

  it('undo each link that they change, and look at every WANulator first', () => {
    const definition = findCase('WAN-1')
    const steps = definition?.steps(lab, { durationS: 50, probe: 'ping', http: false }, 'RUN') ?? []
    expect(steps[0]?.actions[0]).toMatchObject({
      kind: 'preflight',
      tools: expect.arrayContaining(['socat', 'tcpdump']),
    })
    const undos = steps.flatMap(({ actions }) =>
      actions.flatMap((action) => (action.kind === 'impair' ? action.undo : [])),
    )
    expect(new Set(undos.map((undo) => JSON.stringify(undo))).size).toBe(3)
  })
})
