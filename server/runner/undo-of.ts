import type { DesiredState, Step } from '../domain/case'

/** The undo of all faults of a case, in the order in which it is applied: last-in first-out, each state once. */
export function undoOf(steps: readonly Step[]): DesiredState[] {
  const all = steps.flatMap(({ actions }) => actions.flatMap((a) => (a.kind === 'fault' ? a.fault.undo : [])))
  const byContent = new Map(all.toReversed().map((desired) => [JSON.stringify(desired), desired]))
  return [...byContent.values()]
}
