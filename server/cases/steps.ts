import type { Step } from '../domain/case'

/** A step of a case. A budget that runs out ends the run, unless `continue` makes a finding of it. */
export const step = (
  id: string,
  title: string,
  budgetMs: number,
  actions: Step['actions'],
  onTimeout: Step['onTimeout'] = 'end-run',
): Step => ({ id, title, budgetMs, actions, onTimeout })

/** How a measured failover or reversion ends: what was started stops, and the evidence of the nodes is read. */
export const collect: Step['actions'] = [
  { kind: 'stop-probes' },
  { kind: 'stop-capture' },
  { kind: 'record-sessions', label: 'after', to: 'traffic' },
  { kind: 'stop-traffic' },
  { kind: 'collect-journal' },
]
