import { describe, expect, it } from 'vitest'
import { applyEvent, detailOf, emptyDetail } from './detail'
import type { EventBody, RunEvent } from './event'
import type { Report, RunSummary } from './run'

const summary: RunSummary = {
  id: 'r',
  lab: 'lab',
  labTitle: 'Lab',
  case: 'TC-3',
  caseTitle: 'Failover',
  params: {},
  phase: 'queued',
  ending: null,
  verdict: null,
  dirty: false,
  createdAt: 1,
  startedAt: null,
  endedAt: null,
  failoverTime: null,
  limitMs: 5000,
  softwareVersion: null,
  behind: 'q',
  message: null,
}
const headline = {
  id: 'failoverTime',
  title: 'Failover Time',
  ms: 3,
  plusMs: 1,
  minusMs: 1,
  method: 'TBLM',
  source: 's',
} as const
const criterion = {
  id: 'c',
  title: 'C',
  verdict: 'pass',
  reason: '',
  limit: null,
  measured: null,
  evidence: [],
} as const
const report: Report = {
  verdict: 'pass',
  headline,
  criteria: [{ ...criterion, evidence: [] }],
  measurements: [headline],
  probes: [],
  t0: null,
  notes: [],
}

const events = (...bodies: EventBody[]): RunEvent[] => bodies.map((body, i) => ({ ...body, seq: i + 1, atMs: 100 + i }))
const command = { place: { host: 'box' }, host: 'box', argv: ['true'] }
const log = events(
  { kind: 'run-started' },
  { kind: 'step-started', stepId: 's1', title: 'One', budgetMs: 10 },
  { kind: 'command-started', commandId: 'c1', stepId: 's1', command, stream: null },
  { kind: 'command-ended', commandId: 'c1', exitCode: 0, signal: null, durationMs: 5, error: null },
  { kind: 'step-ended', stepId: 's1', outcome: 'ok', message: null },
  { kind: 'snapshot-compared', equal: false, differences: ['x'] },
  { kind: 'criterion-judged', result: { ...criterion, verdict: 'fail', evidence: [] } },
  { kind: 'reported', report },
  { kind: 'run-ended', ending: 'completed', verdict: 'pass', message: 'done' },
)

describe('detailOf', () => {
  it('reads the whole run from its events', () => {
    const detail = detailOf(summary, log)
    expect(detail.summary).toMatchObject({
      phase: 'ended',
      ending: 'completed',
      verdict: 'pass',
      startedAt: 100,
      endedAt: 108,
      dirty: true,
      behind: null,
      failoverTime: headline,
    })
    expect(detail.steps).toMatchObject([{ id: 's1', outcome: 'ok', startedMs: 101, endedMs: 104 }])
    expect(detail.commands).toMatchObject([{ id: 'c1', exitCode: 0, signal: null, durationMs: 5 }])
    expect(detail.criteria).toEqual(report.criteria)
    expect(detail.lastSeq).toBe(9)
  })

  it('has the captures without what only the judge reads', () => {
    const segment = { fromMs: 0, toMs: 9, packets: 3 }
    const nic = {
      ...{ nic: 'enp1s0f2', direction: 'in' as const, packets: 3, bytes: 300, traffic: null, edgeMs: 0, gapMs: 50 },
      ...{ backwards: 0, dropped: 0, error: null, file: { name: 'a.pcap', bytes: 24, isCut: true } },
    }
    const judged = { segments: [segment, segment], bins: { originMs: 0, binMs: 1000, bins: [1, 2] } }
    const captured = { spacingMs: 10, endMs: 9, nics: [{ ...nic, ...judged }] }
    expect(detailOf(summary, events({ kind: 'wan-captured', captured })).captures).toEqual([{ ...nic, segments: 2 }])
  })

  it('comes to the same live, whatever is told twice', () => {
    let detail = emptyDetail(summary)
    for (const [i, event] of log.entries()) {
      detail = applyEvent(detail, event)
      for (const old of log.slice(0, i + 1)) detail = applyEvent(detail, old)
    }
    expect(detail).toEqual(detailOf(summary, log))
  })

  it('leaves what it was given as it was', () => {
    const before = emptyDetail(summary)
    const frozen = structuredClone(before)
    detailOf(summary, log)
    applyEvent(before, log[0] as RunEvent)
    expect(before).toEqual(frozen)
  })
})
