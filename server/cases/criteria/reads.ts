import type { Moment } from '../../domain/case'
import type { EventBody } from '../../domain/event'
import type { Interval } from '../../domain/ids'
import type { Analysis } from '../../measure/analysis'
import { doneOn } from '../../measure/clocks'

type Stored<K extends EventBody['kind']> = Extract<EventBody, { kind: K }>

/** What a node said when it was asked for everything; undefined when it was not. */
export const clusterRead = ({ evidence }: Analysis, node: string, label: Moment): Stored<'cluster-read'> | undefined =>
  evidence.events
    .filter((event) => event.kind === 'cluster-read')
    .findLast((read) => read.node === node && read.label === label)

/** How a link was; undefined when nobody looked. */
export const linkRead = (
  { evidence }: Analysis,
  link: { instance: string; linux: string },
  label: Moment,
): Stored<'link-read'> | undefined =>
  evidence.events
    .filter((event) => event.kind === 'link-read')
    .findLast((read) => read.instance === link.instance && read.linux === link.linux && read.label === label)

/** When what had been taken away was put back, app clock; null when it was not, or its instant is not known there. */
export function mendedAt({ evidence, fault, context }: Analysis): Interval | null {
  const seq = evidence.events.find((event) => event.kind === 'fault-injected' && event.event !== 'setup')?.seq ?? 0
  const mended = evidence.events
    .filter((event) => event.kind === 'fault-injected')
    .find((event) => event.event === 'setup' && event.seq > seq)
  return fault && mended ? doneOn(mended, null, context) : null
}
