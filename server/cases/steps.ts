import type { Step } from '../domain/case'

type More = Partial<Pick<Step, 'onTimeout'>>

/** A step of a case. A budget that runs out ends the run, unless `onTimeout` makes a finding of it. */
export const step = (id: string, title: string, budgetMs: number, actions: Step['actions'], more: More = {}): Step => ({
  ...{ id, title, budgetMs, actions },
  onTimeout: more.onTimeout ?? 'end-run',
})

/** How a measured failover or reversion ends: what was started stops, and the evidence of the nodes is read. */
export const collect: Step['actions'] = [
  { kind: 'stop-probes' },
  { kind: 'stop-capture' },
  { kind: 'record-sessions', label: 'after', to: 'traffic' },
  { kind: 'stop-traffic' },
  { kind: 'collect-journal' },
]
