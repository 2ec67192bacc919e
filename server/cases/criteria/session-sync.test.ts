import { describe, expect, it } from 'vitest'
import type { FlowSession } from '../../domain/cluster'
import type { EventBody, RunEvent } from '../../domain/event'
import type { SampleRow } from '../../domain/sample'
import { testLab } from '../../drivers/test-lab'
import { analyse } from '../../measure/analysis'
import { sessionMatches, sessionSynced, sessionSyncInTime, sessionSyncLatency } from './session-sync'

const REMOTE = '172.16.50.1:5201'
const LOCALS = ['10.0.60.102:40001', '10.0.60.102:40002']
const natOf = (source: string) => source.replace('10.0.60.102', '172.16.50.6')
const flow = (source: string, natSource: string | null = natOf(source)): FlowSession => ({
  ...{ node: null, id: '1', protocol: 'tcp', source, destination: REMOTE, natSource, state: null },
  ...{ haState: null, timeoutS: null },
})
const sockets = LOCALS.map(
  (local, socket): EventBody => ({ kind: 'traffic-socket', traffic: 'upload', socket, local, remote: REMOTE }),
)
const table = (node: string, sessions: FlowSession[] | null): EventBody => ({
  ...{ kind: 'sessions', label: 'before', node, sessions },
})
const seen = (node: string, local: string, fromMs: number): EventBody => ({
  ...{ kind: 'session-seen', node, session: flow(local), present: true, interval: { fromMs, toMs: fromMs + 50 } },
})
const all = LOCALS.map((local) => flow(local))
const onPrimary = LOCALS.map((local) => seen('node0', local, 1000))
const synced = [seen('node1', LOCALS[0] ?? '', 1010), seen('node1', LOCALS[1] ?? '', 1400)]

function judged(bodies: EventBody[], untilMs = 5000) {
  const events = bodies.map((body, i): RunEvent => ({ ...body, seq: i + 1, atMs: 0 }))
  const polls: SampleRow[] = [[untilMs, untilMs + 10, 0]]
  const streams = new Map(['node0', 'node1'].map((node) => [`poll:sessions.${node}`, polls] as const))
  const analysis = analyse({ lab: testLab(), params: {}, events, streams })
  const verdictOf = [sessionSynced, sessionMatches, sessionSyncInTime].map(({ judge }) => judge(analysis).verdict)
  return { verdicts: verdictOf.join(), latency: sessionSyncLatency(analysis) }
}

describe('sessions on both nodes', () => {
  it('pass with the slowest of them as the latency', () => {
    const { verdicts, latency } = judged([
      ...sockets,
      ...onPrimary,
      ...synced,
      table('node0', all),
      table('node1', all),
    ])
    expect(verdicts).toBe('pass,pass,pass')
    // 1000–1050 to 1400–1450
    expect(latency).toMatchObject({ ms: 400, plusMs: 50, minusMs: 50 })
    expect(latency?.source).toContain('2 sessions')
  })

  it('one that has another translation fails', () => {
    const other = [flow(LOCALS[0] ?? ''), flow(LOCALS[1] ?? '', '172.16.50.6:9')]
    const { verdicts } = judged([...sockets, ...onPrimary, ...synced, table('node0', all), table('node1', other)])
    expect(verdicts).toBe('pass,fail,pass')
  })

  it.each([
    ['watched beyond the limit', 5000, 'fail,inconclusive,fail'],
    ['not watched for so long', 2000, 'fail,inconclusive,inconclusive'],
  ])('one that does not come, %s: %s', (_, untilMs, expected) => {
    const bodies = [
      ...sockets,
      ...onPrimary,
      ...synced.slice(0, 1),
      table('node0', all),
      table('node1', all.slice(0, 1)),
    ]
    const { verdicts, latency } = judged(bodies, untilMs)
    expect(verdicts).toBe(expected)
    expect(latency).toBeNull()
  })

  it('one that comes too late fails; one that was there before it was watched for is not measured', () => {
    const late = [synced[0] ?? [], seen('node1', LOCALS[1] ?? '', 3100)].flat()
    const tables = [table('node0', all), table('node1', all)]
    expect(judged([...sockets, ...onPrimary, ...late, ...tables]).verdicts).toBe('pass,pass,fail')
    expect(judged([...sockets, ...onPrimary.slice(1), ...synced, ...tables]).verdicts).toBe('pass,pass,inconclusive')
  })

  it('a table that could not be read, or no session at all, proves nothing', () => {
    expect(judged([...sockets, table('node0', all), table('node1', null)]).verdicts).toBe(
      'inconclusive,inconclusive,inconclusive',
    )
    expect(judged([table('node0', []), table('node1', [])]).verdicts).toBe('inconclusive,inconclusive,inconclusive')
  })
})
