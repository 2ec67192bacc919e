import type { Action, DesiredState, Step } from '../domain/case'

/** What an action leaves to be put back; nothing where it changes nothing. */
function undoOfAction(action: Action): readonly DesiredState[] {
  if (action.kind === 'fault') return action.fault.undo
  if (action.kind === 'configure') return action.change.undo
  if (action.kind === 'disconnect') return [...action.undo, action.connection]
  return 'undo' in action ? action.undo : []
}

/** Whether an action changes the lab: those that only put back have no undo of their own. */
export const changesLab = (action: Action): boolean =>
  ['configure', 'reconnect', 'impair'].includes(action.kind) || undoOfAction(action).length > 0

/** The undo of all that a case changes, in the order in which it is applied: last-in first-out, each state once. */
export function undoOf(steps: readonly Step[]): DesiredState[] {
  const all = steps.flatMap(({ actions }) => actions.flatMap(undoOfAction))
  const byContent = new Map(all.toReversed().map((desired) => [JSON.stringify(desired), desired]))
  return [...byContent.values()]
}
