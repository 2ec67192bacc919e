import type { RunEvent } from '../../domain/event'
import type { Analysis } from '../../measure/analysis'
import type { Criterion } from '../define'
import { allHold, inWords } from './judged'

type HostNetwork = Extract<RunEvent, { kind: 'host-network' }>

const at = ({ evidence }: Analysis, label: HostNetwork['label']): HostNetwork | null =>
  evidence.events.findLast((event): event is HostNetwork => event.kind === 'host-network' && event.label === label) ??
  null

const PARTS = ['addresses', 'routes', 'resolver'] as const

const shown = (value: readonly string[] | string | null | undefined): string | null =>
  value == null ? null : [value].flat().join('; ')

/** Addresses, routes and resolver of the host that asked are as before. */
export const hostUnchanged: Criterion = {
  id: 'host-unchanged',
  title: 'Host keeps its address, routes and resolver',
  limit: () => inWords('as before'),
  judge: (analysis) => {
    const [before, after] = [at(analysis, 'before'), at(analysis, 'after')]
    return allHold(
      PARTS.map((part) => {
        const [was, is] = [shown(before?.[part]), shown(after?.[part])]
        if (was === null || is === null) return { ok: null, text: `${part} could not be read` }
        return { ok: was === is, text: was === is ? `${part}: ${is}` : `${part}: ${was} before, ${is} after` }
      }),
      'parts',
    )
  },
}
