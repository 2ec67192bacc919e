import type { RunEvent } from '../domain/event'
import type { RunEvidence } from '../domain/evidence'
import type { Interval } from '../domain/ids'
import { contextOf } from './clock-steps'
import { doneOn } from './clocks'
import { type Bounds, lastAskedMs, latencyBetween } from './latency'

export type ConfigChanged = Extract<RunEvent, { kind: 'config-changed' }>

/** The change of this id in a run's events; undefined when it was not made. */
export const configChange = (events: readonly RunEvent[], id: string): ConfigChanged | undefined =>
  events.find((event): event is ConfigChanged => event.kind === 'config-changed' && event.id === id)

/** A change as one node shows it. */
export type Shown = {
  node: string
  /** Whether the policy had been on the node before. */
  wasThere: boolean
  /** When it came, or went (app clock): it did so inside this interval. null: it was not seen to. */
  interval: Interval | null
  /** From the change to that; null where it was not seen. */
  latency: Bounds | null
  /** How long after the change the node has certainly been asked, ms; 0 where it did not answer. */
  watchedMs: number
}

/**
 * How a change of the configuration shows on a node. The change was made between two stamps of its own node's clock; those
 * are moved to the app's, on which the polls are, and widened by the error of the offset. null when that is not known.
 */
export function shownOn({ events, streams }: RunEvidence, changed: ConfigChanged, node: string): Shown | null {
  const t0 = doneOn(changed, null, contextOf(events))
  if (!t0) return null
  const present = changed.change === 'set'
  const seen = events.filter(
    (event): event is Extract<RunEvent, { kind: 'policy-seen' }> =>
      event.kind === 'policy-seen' && event.node === node && event.policy === changed.policy.name,
  )
  const interval = seen.find((event) => event.present === present && event.interval.toMs >= t0.fromMs)?.interval ?? null
  return {
    node,
    wasThere: seen.some((event) => event.present && event.interval.fromMs <= t0.toMs),
    interval,
    latency: interval && latencyBetween(t0, interval),
    watchedMs: Math.max(0, (lastAskedMs(streams, `poll:policies.${node}`) ?? 0) - t0.toMs),
  }
}
