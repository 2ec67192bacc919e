import type { DesiredState, Step } from '../domain/case'

/** The undo of all faults of a case, in the order in which it is applied: last-in first-out. */
export const undoOf = (steps: readonly Step[]): DesiredState[] =>
  steps
    .flatMap((step) => step.actions.flatMap((action) => (action.kind === 'fault' ? action.fault.undo : [])))
    .toReversed()
