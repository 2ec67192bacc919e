import type { Interval } from '../../domain/ids'
import type { Analysis } from '../../measure/analysis'
import { dualPrimary } from '../../measure/state-timeline'
import { longestUnseenMs } from '../../measure/unseen'

/** The step at whose start the watch after healing is over. */
export const END_STEP = 'collect'

/** From T0 on, app clock. `complete`: until the end of the watch after healing; else until the last that was recorded. */
export type SplitWindow = Interval & { complete: boolean }

/** What both nodes are watched for; null without a fault, or when its instant is not known on the app's clock. */
export function splitWindow({ t0App, evidence: { events } }: Analysis): SplitWindow | null {
  if (!t0App) return null
  const end = events.find((event) => event.kind === 'step-started' && event.stepId === END_STEP)
  const toMs = end?.atMs ?? events.at(-1)?.atMs ?? t0App.toMs
  return { fromMs: t0App.fromMs, toMs: Math.max(toMs, t0App.toMs), complete: end !== undefined }
}

export type DualSpan = Interval & { redundancyGroup: number }

/** Spans within a window in which both nodes called themselves primary of a group, as far as the polls tell. */
export function dualSpans({ evidence: { lab, events } }: Analysis, { fromMs, toMs }: Interval): DualSpan[] {
  const [first, second] = lab.cluster.nodes.map(({ name }) => name)
  return lab.cluster.redundancyGroups.flatMap(({ id: redundancyGroup }) =>
    dualPrimary(events, [first ?? '', second ?? ''], redundancyGroup)
      .filter((span) => span.toMs > fromMs && span.fromMs < toMs)
      .map((span) => ({
        redundancyGroup,
        fromMs: Math.max(span.fromMs, fromMs),
        toMs: Math.min(span.toMs, toMs),
      })),
  )
}

/** The longest state of either node that can have passed unseen between two answered polls in a window, ms. */
export const unseenMs = ({ evidence: { lab, streams } }: Analysis, window: Interval): number =>
  Math.max(...lab.cluster.nodes.map(({ name }) => longestUnseenMs(streams.get(`poll:${name}`) ?? [], window)))
