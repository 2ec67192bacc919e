import type { PlanStep, Step } from '../domain/case'
import type { Lab } from '../domain/lab'
import { planAction } from './actions'
import { planContext } from './actions/handler'
import { planRestore } from './restore-plan'

/** What would be run, per step and host, ending with the restore that follows any ending. */
export function planOf(lab: Lab, steps: readonly Step[]): PlanStep[] {
  const context = planContext(lab)
  const planned = steps.map((step) => ({
    id: step.id,
    title: step.title,
    budgetMs: step.budgetMs,
    changesLab: step.actions.some((action) => action.kind === 'fault'),
    commands: step.actions.flatMap((action) => planAction(context, action)),
  }))
  return [...planned, planRestore(context, steps)]
}
