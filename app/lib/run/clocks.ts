import type { RunDetail } from '@/server/domain/detail'
import { LOADS, type LoadId } from '@/server/domain/load'
import { placeName } from '@/server/domain/place'
import type { RunContext } from '@/server/domain/run'
import { doneAt, type Stamped } from '@/server/domain/stamped'
import type { AnyPublicLab } from '@/server/domain/views'
import { clusterLab } from '../lab/parts'

/** "probe:internet" -> "internet" */
export const streamName = (stream: string): string => stream.slice(stream.indexOf(':') + 1)

/** How far the clock of a probe's host is ahead of the app's, ms; 0 where nobody measured it. */
export function probeClockOffset(stream: string, detail: RunDetail, lab: AnyPublicLab | null): number {
  const clocks = detail.context?.clocks
  const target = lab?.targets.find((t) => t.id === streamName(stream))
  if (!clocks || !target) return 0
  return clocks[placeName(target.from)]?.offsetMs ?? 0
}

/** What the lab file calls the stream. */
export function streamTitle(stream: string, lab: AnyPublicLab | null): string {
  const name = streamName(stream)
  const entry = lab?.targets.find((t) => t.id === name) ?? clusterLab(lab)?.traffic.find((t) => t.id === name)
  return entry?.title ?? (Object.hasOwn(LOADS, name) ? LOADS[name as LoadId] : name)
}

/** The middle of when something was done, app clock. */
export function doneMs(stamped: Stamped, context: RunContext | null): number {
  const { fromMs, toMs } = doneAt(stamped, context?.clocks) ?? stamped.t0
  return (fromMs + toMs) / 2
}
