import type { Action, ActionKind, DesiredState, PlannedCommand } from '../../domain/case'
import type { Place } from '../../domain/ids'
import type { AnyLab, Lab, WanLab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import {
  commandAt,
  commandText,
  findTagged,
  type HostCommand,
  killTagged,
  type PlaceOptions,
} from '../../drivers/place'
import type { RunSession } from '../session'

/** How a kind of action is shown before a run, and how it is done. Both build their commands with the same builders. */
export type Handler<K extends ActionKind, L extends AnyLab = Lab> = {
  plan: (context: PlanContext<L>, action: Extract<Action, { kind: K }>) => PlannedCommand[] | Promise<PlannedCommand[]>
  run: (session: RunSession<L>, action: Extract<Action, { kind: K }>, signal: AbortSignal) => Promise<void>
}

/** Stands for the run's id in a plan. */
export const PLAN_RUN_ID = 'RUN'

/** One for the links of a WAN. */
export type WanHandler<K extends ActionKind> = Handler<K, WanLab>

/** `undo`: what the case's faults leave to be put back, in the order in which it is applied. */
export type PlanContext<L extends AnyLab = Lab> = {
  lab: L
  tag: (what: string) => string
  undo: readonly DesiredState[]
}

export const planContext = <L extends AnyLab>(lab: L, undo: readonly DesiredState[]): PlanContext<L> => ({
  lab,
  undo,
  tag: (what) => `${PLAN_RUN_ID}/${what}`,
})

/** A built command as a line of the plan. */
export const planned = (place: Place, command: HostCommand, purpose: string, repeat = 'once'): PlannedCommand => ({
  ...command,
  place: placeName(place),
  text: commandText(command.argv),
  purpose,
  repeat,
})

/** A command at a place as a line of the plan; timeoutMs as given to `execAt`. */
export const plannedExec = (
  lab: AnyLab,
  place: Place,
  argv: readonly string[],
  options: PlaceOptions,
  purpose: string,
  repeat?: string,
): PlannedCommand =>
  planned(place, commandAt(lab, place, argv, { ...options, timeoutMs: options.timeoutMs + 1000 }), purpose, repeat)

/** A long-lived command at a place as a line of the plan. */
export const plannedStream = (
  lab: AnyLab,
  place: Place,
  argv: readonly string[],
  options: PlaceOptions,
  purpose: string,
): PlannedCommand =>
  planned(place, commandAt(lab, place, argv, { ...options, longLived: true }), purpose, 'until the run ends it')

/** The end of tagged processes as lines of the plan. */
export const plannedKill = (lab: AnyLab, place: Place, tag: string): PlannedCommand[] => [
  planned(place, killTagged(lab, place, tag), 'End what carries the tag'),
  planned(place, findTagged(lab, place, tag), 'Has it ended?', 'until it has'),
]
