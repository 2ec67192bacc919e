import type { PlanStep, Step } from '../domain/case'
import { planDesired } from '../drivers/desired'
import { killTagged } from '../drivers/place'
import { PLAN_RUN_ID, type PlanContext, planned, plannedExec } from './actions/handler'

const TIMEOUT_MS = 15_000

/** The undo of all faults of a case, in the order in which it is applied: last-in first-out. */
export const undoOf = (steps: readonly Step[]) =>
  steps
    .flatMap((step) => step.actions.flatMap((action) => (action.kind === 'fault' ? action.fault.undo : [])))
    .toReversed()

/** What is run after any ending. */
export function planRestore(context: PlanContext, steps: readonly Step[]): PlanStep {
  const { lab } = context
  const places = [...lab.instances.map(({ name }) => ({ instance: name })), { host: lab.containers.host }]
  const tag = context.tag('restore')
  const undos = undoOf(steps).flatMap((desired) => {
    const { title, check, apply } = planDesired(lab, desired)
    return [
      plannedExec(lab, check.place, check.argv, { tag, timeoutMs: TIMEOUT_MS }, `Check: ${title}`, 'until it holds'),
      ...apply.map(({ place, argv }) =>
        plannedExec(lab, place, argv, { tag, timeoutMs: TIMEOUT_MS }, title, 'unless it holds'),
      ),
    ]
  })
  const kills = places.map((place) => planned(place, killTagged(lab, place, PLAN_RUN_ID), 'End what the run started'))
  return {
    id: 'restore',
    title: 'Restore the lab',
    budgetMs: 150_000,
    changesLab: undos.length > 0,
    commands: [...kills, ...undos],
  }
}
