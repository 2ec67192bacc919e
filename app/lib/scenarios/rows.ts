import type { ScenarioStep, StepTime } from '@/server/domain/scenario'

export type TimedStep = { step: ScenarioStep; time: StepTime }
/** A host's steps in lines, so that none lies on another. */
export type HostRow = { host: string; lines: TimedStep[][] }

const endOf = ({ time }: TimedStep): number => time.endMs ?? Number.POSITIVE_INFINITY

/** One row for each host, in the order of their first steps. */
export function hostRows(steps: readonly ScenarioStep[], times: readonly StepTime[]): HostRow[] {
  const rows = new Map<string, TimedStep[][]>()
  const timed = steps.flatMap((step): TimedStep[] => {
    const time = times.find(({ id }) => id === step.id)
    return time ? [{ step, time }] : []
  })
  for (const each of timed) rows.set(each.step.host, rows.get(each.step.host) ?? [])
  for (const each of timed.toSorted((a, b) => a.time.startMs - b.time.startMs)) {
    const lines = rows.get(each.step.host) ?? []
    const free = lines.find((line) =>
      line.every((other) => endOf(other) <= each.time.startMs && other.time.startMs < each.time.startMs),
    )
    if (free) free.push(each)
    else lines.push([each])
  }
  return [...rows].map(([host, lines]) => ({ host, lines }))
}
