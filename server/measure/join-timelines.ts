import type { ProbeRecord, ProbeTimeline } from './probe-timeline'

/**
 * The probes of several pings to one target, sent in different phase, as one timeline in the order of sending. Each
 * ping's own order of lines is what bounds its send times, so they are joined after that, not before.
 * Throws RangeError for no timeline at all.
 */
export function joinTimelines(timelines: readonly ProbeTimeline[]): ProbeTimeline {
  const [first, ...more] = timelines
  if (!first) throw new RangeError('no timeline to join')
  if (more.length === 0) return first
  const records: ProbeRecord[] = timelines.flatMap((timeline) => timeline.records)
  return {
    records: records.sort((a, b) => a.sendMs - b.sendMs),
    stampNoiseMs: Math.max(...timelines.map(({ stampNoiseMs }) => stampNoiseMs)),
    endMs: Math.max(...timelines.map(({ endMs }) => endMs)),
    ignoredRows: timelines.reduce((sum, { ignoredRows }) => sum + ignoredRows, 0),
    forwardingDelayThresholdMs: first.forwardingDelayThresholdMs,
  }
}
