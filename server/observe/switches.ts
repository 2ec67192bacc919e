import type { Place } from '../domain/ids'
import type { AnyLab, Switch } from '../domain/lab'
import { placeName } from '../domain/place'
import type { SwitchState, SwitchView } from '../domain/views'
import { execAt, type LabAccess } from '../drivers/at'
import { commandAt, commandText } from '../drivers/place'
import { parseSwitchAnswer, switchCommands, switchQuestions } from '../drivers/switch'
import { AppError, asAppError } from '../errors'
import type { Check } from './preflight'

export type SwitchOptions = { tag: string; signal?: AbortSignal }

const ASK_TIMEOUT_MS = 5000
const SET_TIMEOUT_MS = 20_000
/** What `execAt` gives the host beyond the app's own budget. */
const MARGIN_MS = 1000

/** What the places of a switch said, together; null: one did not say. */
function together(answers: readonly (boolean | null)[]): SwitchState {
  if (answers.some((on) => on === true)) return answers.every((on) => on === true) ? 'on' : 'partly'
  return answers.every((on) => on === false) ? 'off' : 'unknown'
}

/** On, off, partly (not at all of its places) or unknown, for every switch of the lab. Rejects only when cancelled. */
export async function readSwitches(
  access: LabAccess<AnyLab>,
  options: SwitchOptions,
): Promise<Map<string, SwitchState>> {
  const { switches } = access.lab
  const said = new Map<string, Map<string, boolean>>()
  await Promise.all(
    switchQuestions(switches).map(async ({ place, argv }) => {
      const answer = await execAt(access, place, argv, { ...options, timeoutMs: ASK_TIMEOUT_MS }).catch(asAppError)
      if (answer instanceof AppError && answer.code === 'cancelled') throw answer
      said.set(JSON.stringify(place), answer instanceof AppError ? new Map() : parseSwitchAnswer(answer.stdout))
    }),
  )
  const ask = (id: string) => (place: Place) => said.get(JSON.stringify(place))?.get(id) ?? null
  return new Map(switches.map(({ id, at }) => [id, together(at.map(ask(id)))]))
}

/** The lab's switches as the API shows them, with the commands exactly as they would be run. */
export async function viewSwitches(access: LabAccess<AnyLab>, options: SwitchOptions): Promise<SwitchView[]> {
  const { lab } = access
  const states = await readSwitches(access, options)
  const commands = (entry: Switch, on: boolean) =>
    switchCommands(entry, on).map(({ place, argv }) => {
      const command = commandAt(lab, place, argv, { tag: options.tag, timeoutMs: SET_TIMEOUT_MS + MARGIN_MS })
      return { place: placeName(place), host: command.host, text: commandText(command.argv) }
    })
  return lab.switches.map((entry) => ({
    id: entry.id,
    title: entry.title,
    expect: entry.expect ?? null,
    places: entry.at.map(placeName),
    on: commands(entry, true),
    off: commands(entry, false),
    state: states.get(entry.id) ?? 'unknown',
  }))
}

/** Ids of the switches that make the lab misbehave, wholly or in part. */
export const switchedOn = (states: ReadonlyMap<string, SwitchState>): string[] =>
  [...states].flatMap(([id, state]) => (state === 'on' || state === 'partly' ? [id] : []))

/** Says in the run's record what was on; never a reason not to run. Null for a lab without switches. */
export function checkSwitches(lab: AnyLab, states: ReadonlyMap<string, SwitchState>): Check | null {
  if (lab.switches.length === 0) return null
  const unknown = [...states].flatMap(([id, state]) => (state === 'unknown' ? [id] : []))
  const on = switchedOn(states).map((id) => (states.get(id) === 'partly' ? `${id} (partly)` : id))
  const found = [
    on.length > 0 ? `on: ${on.join(', ')}` : 'none on',
    unknown.length > 0 ? `unknown: ${unknown.join(', ')}` : '',
  ]
  const title = 'Switches that make the lab misbehave'
  return { id: 'switches', title, ok: true, found: found.filter(Boolean).join('; '), hint: null }
}

/** The switch of that id. Throws `not-found` when the lab file does not declare it. */
export function requireSwitch(lab: AnyLab, id: string): Switch {
  const entry = lab.switches.find((candidate) => candidate.id === id)
  if (entry) return entry
  const known = lab.switches.map((candidate) => candidate.id).join(', ')
  throw new AppError('not-found', `${lab.title} has no switch "${id}"`, {
    hint: known ? `It has ${known}.` : 'Its lab file declares none; see "switches" in labs/example.yaml.',
  })
}

/**
 * Turns a switch on or off at all of its places, one after the other, and reads back whether it is. Rejects with
 * `command-failed` when a command fails or the switch says otherwise afterwards, with `ssh-…`, `command-timeout`.
 */
export async function setSwitch(
  access: LabAccess<AnyLab>,
  entry: Switch,
  on: boolean,
  options: SwitchOptions,
): Promise<void> {
  for (const { place, argv } of switchCommands(entry, on)) {
    const result = await execAt(access, place, argv, { ...options, timeoutMs: SET_TIMEOUT_MS })
    if (result.exitCode === 0) continue
    throw new AppError(
      'command-failed',
      `${entry.id} could not be turned ${on ? 'on' : 'off'} at ${placeName(place)}`,
      {
        host: placeName(place),
        command: commandText(argv),
        stderrTail: (result.stderr || result.stdout).trim().slice(-500),
        hint: `It exited with ${result.exitCode ?? result.signal}. Run it there by hand, or choose it again.`,
      },
    )
  }
  const state = (await readSwitches({ ...access, lab: { ...access.lab, switches: [entry] } }, options)).get(entry.id)
  if (!entry.state || state === (on ? 'on' : 'off')) return
  throw new AppError('command-failed', `${entry.id} was turned ${on ? 'on' : 'off'}, but is ${state}`, {
    command: commandText(entry.state),
    hint: 'Look at what its state command says at each of its places.',
  })
}
