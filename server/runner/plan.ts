import type { PlanStep, Step } from '../domain/case'
import type { AnyLab } from '../domain/lab'
import { planAction } from './actions'
import { planContext } from './actions/handler'
import { planRestore } from './restore-plan'
import { changesLab, undoOf } from './undo-of'

/** What would be run, per step and host, ending with the restore that follows any ending. */
export async function planOf(lab: AnyLab, steps: readonly Step[]): Promise<PlanStep[]> {
  const context = planContext(lab, undoOf(steps))
  const planned: PlanStep[] = []
  for (const { id, title, budgetMs, actions } of steps) {
    const commands = await Promise.all(actions.map((action) => planAction(context, action)))
    planned.push({
      id,
      title,
      budgetMs,
      changesLab: actions.some(changesLab),
      startsProbes: actions.some(({ kind }) => kind === 'start-probes'),
      commands: commands.flat(),
    })
  }
  return [...planned, await planRestore(context)]
}
