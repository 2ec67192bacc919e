import type { Action, DesiredState, Step } from '../domain/case'

function undoOfAction(action: Action): readonly DesiredState[] {
  if (action.kind === 'fault') return action.fault.undo
  return action.kind === 'disconnect' ? [...action.undo, action.connection] : []
}

/** The undo of all changes of a case, in the order in which it is applied: last-in first-out, each state once. */
export function undoOf(steps: readonly Step[]): DesiredState[] {
  const all = steps.flatMap(({ actions }) => actions.flatMap(undoOfAction))
  const byContent = new Map(all.toReversed().map((desired) => [JSON.stringify(desired), desired]))
  return [...byContent.values()]
}
