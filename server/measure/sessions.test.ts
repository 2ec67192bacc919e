import { describe, expect, it } from 'vitest'
import type { FlowSession } from '../domain/cluster'
import type { RunEvent } from '../domain/event'
import type { SampleRow } from '../domain/sample'
import { movedSince, sessionFates } from './sessions'

const REMOTE = '172.16.50.1:5201'
const session = (source: string, changes: Partial<FlowSession> = {}): FlowSession => ({
  node: null,
  id: '1',
  protocol: 'tcp',
  source,
  destination: REMOTE,
  natSource: source.replace('10.0.60.102', '172.16.50.6'),
  state: null,
  haState: null,
  timeoutS: null,
  ...changes,
})
const stamp = { seq: 1, atMs: 0 }
const table = (node: string, label: 'before' | 'after', sessions: FlowSession[] | null): RunEvent => ({
  ...stamp,
  kind: 'sessions',
  label,
  node,
  sessions,
})
const socket = (id: number, local: string): RunEvent => ({
  ...stamp,
  kind: 'traffic-socket',
  traffic: 'upload',
  socket: id,
  local,
  remote: REMOTE,
})
const A = '10.0.60.102:40001'
const CONTROL = '10.0.60.102:40000'
const moved: SampleRow[] = [
  [5, 0, 1, 1000, 8000, 0, 1000],
  [5, 1, 2, 0, 0, 3, 2000],
  [5, 2, 3, 900, 7200, 0, 3000],
]
const fatesOf = (events: RunEvent[], recoveredMs: number) =>
  sessionFates(
    events,
    new Map([['traffic:upload', moved]]),
    { primary: 'node0', backup: 'node1', before: 'before' },
    recoveredMs,
  )

describe('what became of the sessions', () => {
  it('follows socket, 5-tuple and translation from node to node; the idle control connection too', () => {
    const both = [session(CONTROL), session(A), session('10.0.60.102:9', { destination: '8.8.8.8:53' })]
    const events = [
      table('node0', 'before', both),
      table('node1', 'before', both),
      table('node1', 'after', both),
      socket(5, A),
    ]
    expect(fatesOf(events, 1900)).toMatchObject([
      { socket: 5, local: A, natSource: '172.16.50.6:40001', synced: true, kept: true, advanced: true },
      { socket: null, local: CONTROL, synced: true, kept: true, advanced: null },
    ])
  })

  it('does not take another translation, or bytes from before the recovery, for survival', () => {
    const before = [session(A)]
    const after = [session(A, { natSource: '172.16.50.6:999' })]
    const events = [
      table('node0', 'before', before),
      table('node1', 'before', []),
      table('node1', 'after', after),
      socket(5, A),
    ]
    expect(fatesOf(events, 2500)).toMatchObject([{ synced: false, kept: false, advanced: false }])
  })

  it('does not take the end of a client that was cut off for the end of its sessions', () => {
    const before = [session(A)]
    const command = { place: { instance: 'lan' }, host: 'lab', argv: ['iperf3'] }
    const run = (error: string | null, exitCode: number | null, signal: string | null = null): RunEvent[] => [
      { ...stamp, kind: 'command-started', commandId: 'c1', stepId: 's', command, stream: 'traffic:upload' },
      table('node0', 'before', before),
      table('node1', 'before', before),
      table('node1', 'after', []),
      socket(5, A),
      { ...stamp, kind: 'command-ended', commandId: 'c1', exitCode, signal, durationMs: 1, error },
    ]
    const lost = run('the SSH connection was lost', null)
    expect(fatesOf(lost, 2500)).toMatchObject([{ synced: true, kept: null, advanced: null, cutOff: true }])
    const gone = { synced: true, kept: false, advanced: false, cutOff: false }
    expect(fatesOf(run(null, 1), 2500)).toMatchObject([gone])
    expect(fatesOf(run(null, null, 'INT'), 2500)).toMatchObject([gone])
  })

  it("says nothing of a table that could not be read, and reads its own node's block only", () => {
    const events = [table('node0', 'before', [session(A)]), table('node1', 'before', null), socket(5, A)]
    expect(fatesOf(events, 0)).toMatchObject([{ synced: null, kept: null, advanced: true }])
    const foreign = table('node1', 'before', [session(A, { node: 'node0' })])
    expect(fatesOf([table('node0', 'before', [session(A)]), foreign, socket(5, A)], 0)).toMatchObject([
      { synced: false },
    ])
  })

  it('counts an interval only when it began after the recovery', () => {
    expect(movedSince(moved, 5, 2000)).toBe(true)
    expect(movedSince(moved, 5, 2001)).toBe(false)
    expect(movedSince(moved, 7, 0)).toBe(false)
  })
})
