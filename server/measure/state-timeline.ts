import type { RunEvent } from '../domain/event'
import type { Interval } from '../domain/ids'
import type { Measurement } from '../domain/run'
import type { SampleRow } from '../domain/sample'

type StateChange = Extract<RunEvent, { kind: 'state-change' }>

/** What nodes say of themselves, change by change. (What a node says of its peer is hearsay while the peer is silent.) */
const ownChanges = (events: readonly RunEvent[], node: string, redundancyGroup: number): StateChange[] =>
  events.filter(
    (event): event is StateChange =>
      event.kind === 'state-change' &&
      event.node === node &&
      event.reading === node &&
      event.redundancyGroup === redundancyGroup,
  )

const isUnseen = ({ to }: StateChange): boolean => to === 'unknown' || to === 'no-answer'

/**
 * When a node first said, after `sinceMs` (app clock), that it is primary: the change lies inside the interval. Where it
 * could not be asked before that, the change may lie anywhere in its silence.
 */
export function becamePrimary(
  events: readonly RunEvent[],
  node: string,
  redundancyGroup: number,
  sinceMs: number,
): Interval | null {
  const changes = ownChanges(events, node, redundancyGroup)
  const at = changes.findIndex(({ to, interval }) => to === 'primary' && interval.toMs >= sinceMs)
  const change = changes[at]
  if (!change) return null
  const seen = changes.slice(0, at).findLastIndex((earlier) => !isUnseen(earlier))
  const { fromMs } = (changes[seen + 1] ?? change).interval
  return { fromMs, toMs: change.interval.toMs }
}

/** End of a node's last poll that was answered with a status, app clock; null when there was none. */
export function lastAnsweredPollMs(polls: readonly SampleRow[]): number | null {
  return polls.findLast(([, , answer]) => answer === 0)?.[1] ?? null
}

/**
 * Detection Time (RFC 6414: from the failure to the device knowing it), from T0 to the new primary in device state. Both
 * on the app's clock; its error is what both intervals leave open.
 */
export function detectionTime(t0: Interval, change: Interval, source: string): Measurement {
  const lowerMs = Math.max(0, change.fromMs - t0.toMs)
  const upperMs = Math.max(lowerMs, change.toMs - t0.fromMs)
  const ms = (lowerMs + upperMs) / 2
  return {
    id: 'detectionTime',
    title: 'Detection Time',
    ms,
    plusMs: upperMs - ms,
    minusMs: ms - lowerMs,
    method: 'poll',
    source,
  }
}

/** Spans in which both nodes called themselves primary of a group, as far as the polls can tell (app clock). */
export function dualPrimary(
  events: readonly RunEvent[],
  nodes: readonly [string, string],
  redundancyGroup: number,
): Interval[] {
  const changes = nodes
    .flatMap((node) => ownChanges(events, node, redundancyGroup))
    .sort((a, b) => a.interval.toMs - b.interval.toMs)
  const primary = new Set<string>()
  const spans: Interval[] = []
  let sinceMs: number | null = null
  for (const { node, to, interval } of changes) {
    if (to === 'primary') primary.add(node)
    else primary.delete(node)
    if (primary.size === 2) sinceMs ??= interval.toMs
    else if (sinceMs !== null) {
      // A node that fell silent may have stopped being primary at any moment since it was last asked.
      if (interval.fromMs > sinceMs) spans.push({ fromMs: sinceMs, toMs: interval.fromMs })
      sinceMs = null
    }
  }
  if (sinceMs !== null) spans.push({ fromMs: sinceMs, toMs: Number.POSITIVE_INFINITY })
  return spans
}
