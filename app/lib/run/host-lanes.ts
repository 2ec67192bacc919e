import type { HostLane, StepSpan } from '@/app/components/timeline/model'
import type { StepView } from '@/server/domain/detail'

/** Whether a step is one of the run's own, which follow each other. */
export const isOwn = ({ host }: Pick<StepView, 'host'>): boolean => host === undefined

/** A scenario's steps, a lane for each host, and more where some of them go on at the same time. */
export function hostLanes(steps: readonly StepView[], spanOf: (step: StepView) => StepSpan): HostLane[] {
  const lanes: (HostLane & { host: string })[] = []
  for (const step of steps.toSorted((a, b) => a.startedMs - b.startedMs)) {
    const { host } = step
    if (host === undefined) continue
    const span = { ...spanOf(step), id: step.id.slice(0, step.id.lastIndexOf('@')) || step.id }
    const ofHost = lanes.filter((lane) => lane.host === host)
    const free = ofHost.find((lane) => lane.steps.every(({ toMs }) => toMs <= span.fromMs))
    if (free) free.steps.push(span)
    else lanes.push({ host, id: `${host} ${ofHost.length}`, label: ofHost.length === 0 ? host : '', steps: [span] })
  }
  const hosts = [...new Set(lanes.map(({ host }) => host))]
  return hosts.flatMap((host) => lanes.filter((lane) => lane.host === host))
}
