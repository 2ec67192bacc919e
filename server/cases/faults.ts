import type { DesiredState, Fault, FaultEvent } from '../domain/case'
import type { Lab } from '../domain/lab'
import { declaredPrimary } from './roles'

/** How a primary can be made to fail. */
export const MODES = {
  'kill-9': 'kill -9 of the cluster daemon (a crash)',
  'clean-stop': 'clean stop of the cluster daemon',
  'force-stop': 'forced stop of the instance (power off)',
} as const
export type Mode = keyof typeof MODES

const unitActive = ({ cluster }: Lab, instance: string): DesiredState => ({
  kind: 'unit-active',
  instance,
  unit: cluster.unit,
})

/** Every group primary on the node that the lab file wants, as undo. */
export const groupsBack = (lab: Lab): DesiredState[] =>
  lab.cluster.redundancyGroups.map(({ id }) => ({
    kind: 'group-primary',
    redundancyGroup: id,
    node: declaredPrimary(lab).name,
  }))

/** The failure of the node that is declared primary, and what puts the lab back. */
export function primaryFailure(lab: Lab, mode: Mode, event: FaultEvent = 'failover'): Fault {
  const { cluster } = lab
  const primary = declaredPrimary(lab)
  const place = { instance: primary.instance }
  const groups = groupsBack(lab)
  const common = { event, title: `${MODES[mode]} on ${primary.instance}`, mode: MODES[mode] }
  if (mode === 'force-stop')
    return {
      ...common,
      id: 'force-stop',
      place: { host: lab.containers.host },
      argv: [...lab.containers.command, 'stop', '--force', primary.instance],
      undo: [...groups, unitActive(lab, primary.instance), { kind: 'instance-running', instance: primary.instance }],
    }
  const argv =
    mode === 'kill-9' ? ['systemctl', 'kill', '--signal=KILL', cluster.unit] : ['systemctl', 'stop', cluster.unit]
  return { ...common, id: mode, place, argv, undo: [...groups, unitActive(lab, primary.instance)] }
}

/** The start of the daemon of the node that is declared primary: what a reversion is measured from. */
export function primaryReturn(lab: Lab): Fault {
  const { instance } = declaredPrimary(lab)
  const mode = 'start of the cluster daemon'
  return {
    ...{ id: 'start', event: 'reversion', title: `${mode} on ${instance}`, mode },
    ...{ place: { instance }, argv: ['systemctl', 'start', lab.cluster.unit], undo: [unitActive(lab, instance)] },
  }
}
