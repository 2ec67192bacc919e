import type { Step } from '../domain/case'
import type { Lab } from '../domain/lab'

/** A step of a case. A budget that runs out ends the run, unless `continue` makes a finding of it. */
export const step = (
  id: string,
  title: string,
  budgetMs: number,
  actions: Step['actions'],
  onTimeout: Step['onTimeout'] = 'end-run',
): Step => ({ id, title, budgetMs, actions, onTimeout })

/** Waits until loss is back at the baseline and stays there for the validation time; that it never is, is a finding. */
export const settle = ({ settleMs, validationMs }: Lab['expectations']): Step =>
  step(
    'settle',
    'Settle: loss back at baseline, validated',
    settleMs + validationMs,
    [{ kind: 'settle', validationMs }],
    'continue',
  )

/** How a measured failover or reversion ends: what was started stops, and the evidence of the nodes is read. */
export const collect: Step['actions'] = [
  { kind: 'stop-probes' },
  { kind: 'stop-capture' },
  { kind: 'record-sessions', label: 'after', to: 'traffic' },
  { kind: 'stop-traffic' },
  { kind: 'read-clocks' },
  { kind: 'collect-journal' },
]
