import type { Action, DesiredState, Step } from '../domain/case'

/** What an action leaves to be put back; nothing where it changes nothing. */
export const undoOfAction = (action: Action): readonly DesiredState[] =>
  action.kind === 'fault' ? action.fault.undo : 'undo' in action ? action.undo : []

/** The undo of all that a case changes, in the order in which it is applied: last-in first-out, each state once. */
export function undoOf(steps: readonly Step[]): DesiredState[] {
  const all = steps.flatMap(({ actions }) => actions.flatMap(undoOfAction))
  const byContent = new Map(all.toReversed().map((desired) => [JSON.stringify(desired), desired]))
  return [...byContent.values()]
}
