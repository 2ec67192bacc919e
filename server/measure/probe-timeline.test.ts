import { describe, expect, it } from 'vitest'
import { buildProbeTimeline, ProbeTimelineBuilder } from './probe-timeline'
import { simulatePing } from './testing/ping-simulator'
import { rowsOf } from './testing/worlds'

const START = 1_700_000_000_000
const at = (ms: number) =>
  `[${(START + ms) / 1000}${Number.isInteger(ms) ? '.' : ''}`.replace(
    /\[(\d+)(?:\.(\d*))?\.?$/,
    (_, s, f = '') => `[${s}.${String(f).padEnd(6, '0')}`,
  )
const reply = (ms: number, seq: number, rtt = 1, note = '') =>
  `${at(ms)}] 64 bytes from 10.0.0.1: icmp_seq=${seq} ttl=64 time=${rtt.toFixed(2)} ms${note}`
const silent = (ms: number, seq: number) => `${at(ms)}] no answer yet for icmp_seq=${seq}`
const build = (...lines: string[]) => buildProbeTimeline(rowsOf(lines))

describe('probe timeline', () => {
  it('takes receive − RTT for the send of an answered probe', () => {
    const { records } = build(reply(1, 1), reply(6, 2), reply(11, 3))
    expect(records.map(({ sendMs, status }) => [Math.round(sendMs - START), status])).toEqual([
      [0, 'answered'],
      [5, 'answered'],
      [10, 'answered'],
    ])
  })

  it('takes the stamp of "no answer yet" for N as the send of N+1, and bounds N by it', () => {
    const { records } = build(
      reply(1, 1),
      reply(6, 2),
      silent(20, 3),
      silent(30, 4),
      silent(40, 5),
      reply(51, 6),
      reply(900, 7),
    )
    expect(records.map(({ status }) => status)).toEqual([
      'answered',
      'answered',
      'lost',
      'lost',
      'lost',
      'answered',
      'answered',
    ])
    expect(records[4]?.sendMs).toBe(START + 30)
    const first = records[2]
    expect(first?.loMs).toBeLessThanOrEqual(START + 10)
    expect(first?.hiMs).toBeGreaterThanOrEqual(START + 10)
    expect(first?.hiMs).toBeLessThan(START + 20)
  })

  it('counts a reply that comes after "no answer yet", however late in the log', () => {
    const late = [silent(10, 1), silent(20, 2), reply(61, 1, 60), reply(71, 2, 60), reply(81, 3, 60)]
    const { records } = build(...late)
    expect(records.map(({ status }) => status)).toEqual(['answered', 'answered', 'answered'])
    // three replies of 60 ms were on their way at once
    expect(records.map(({ sendMs }) => Math.round(sendMs - START))).toEqual([1, 10, 20])
  })

  it('unwraps sequences at 65536, also for replies from before the wrap', () => {
    const { records } = build(reply(1, 65_534), silent(10, 65_535), silent(20, 0), reply(22, 65_535, 17), reply(26, 1))
    expect(records.map(({ seq }) => seq)).toEqual([65_534, 65_535, 65_536, 65_537])
    expect(records[1]?.status).toBe('answered')
  })

  it('tells duplicates and reordered replies', () => {
    const { records } = build(reply(1, 1), reply(12, 3), reply(13, 2, 8), reply(14, 2, 9, ' (DUP!)'), reply(16, 4))
    expect(records.map(({ duplicates, reordered }) => [duplicates, reordered])).toEqual([
      [0, false],
      [1, true],
      [0, false],
      [0, false],
    ])
  })

  it('counts a host that is unreachable as unanswered', () => {
    const unreachable = `${at(30)}] From 10.0.0.9 icmp_seq=2 Destination Host Unreachable`
    const { records } = build(reply(1, 1), silent(20, 2), unreachable, reply(26, 3), reply(300, 4))
    expect(records.map(({ status }) => status)).toEqual(['answered', 'lost', 'answered', 'answered'])
  })

  it('calls a reply later than the Forwarding Delay Threshold late', () => {
    expect(build(reply(1, 1), reply(2105, 2, 2100), reply(2200, 3)).records[1]?.status).toBe('late')
  })

  it('leaves probes in flight at the stop undecided', () => {
    const { records } = build(reply(1, 1), reply(6, 2), silent(20, 3))
    expect(records.at(-1)?.status).toBe('pending')
  })

  it('ignores a sequence that cannot be, and says so', () => {
    const { records, ignoredRows } = build(reply(1, 1), reply(6, 40_000), reply(11, 2))
    expect(records).toHaveLength(2)
    expect(ignoredRows).toBe(1)
  })

  it('is empty for nothing', () => {
    expect(build()).toMatchObject({ records: [], ignoredRows: 0 })
  })

  it('says the same live, line by line, as for the whole recording', () => {
    const outage = { downMs: START + 500, upMs: START + 900 }
    const path = { rttMs: 30, jitterMs: 2, shareBefore: 0.3, loss: 0.01, outage, asleep: [] }
    const world = {
      seed: 4,
      intervalMs: 5,
      tickMs: 4,
      startMs: START,
      endMs: START + 2000,
      target: '10.0.0.1',
      firstSeq: 65_400,
    }
    const rows = rowsOf(simulatePing({ ...world, ...path }))
    const builder = new ProbeTimelineBuilder()
    for (const row of rows) builder.append([row])
    expect(builder.timeline()).toEqual(buildProbeTimeline(rows))
    const tail = builder.timeline({ fromMs: START + 1000, live: true }).records
    const whole = buildProbeTimeline(rows).records.slice(-tail.length)
    expect(tail.map(({ seq, status }) => [seq, status])).toEqual(whole.map(({ seq, status }) => [seq, status]))
    expect(tail[0]?.sendMs).toBeGreaterThan(START + 980)
  })

  it('bounds every send by what really happened', () => {
    const asleep = [{ fromMs: START + 300, toMs: START + 330 }]
    const world = { seed: 9, intervalMs: 5, tickMs: 4, startMs: START, endMs: START + 3000, target: 'x', firstSeq: 1 }
    const path = { rttMs: 0.4, jitterMs: 0.1, shareBefore: 0.5, loss: 0.02, outage: null, asleep }
    const { records } = buildProbeTimeline(rowsOf(simulatePing({ ...world, ...path })))
    // the simulated ping leaves 5 ms apart, but for the sleep
    for (const [i, record] of records.entries()) {
      expect(record.loMs).toBeLessThanOrEqual(record.hiMs)
      const next = records[i + 1]
      if (next) expect(next.hiMs).toBeGreaterThan(record.loMs)
    }
  })
})
