import type { Place } from '../domain/ids'
import type { Switch } from '../domain/lab'
import { quote } from '../transport/quote'

export type PlacedArgv = { place: Place; argv: string[] }

/** What turns a switch on or off: its command at each of its places, in their order. */
export const switchCommands = (entry: Switch, on: boolean): PlacedArgv[] =>
  entry.at.map((place) => ({ place, argv: on ? entry.on : entry.off }))

/** One question per place for all switches that can be asked there: it prints "id exit-code" for each. */
export function switchQuestions(switches: readonly Switch[]): PlacedArgv[] {
  const byPlace = new Map<string, { place: Place; lines: string[] }>()
  for (const { id, at, state } of switches) {
    if (!state) continue
    for (const place of at) {
      const known = byPlace.get(JSON.stringify(place)) ?? { place, lines: [] }
      known.lines.push(`${quote(state)} >/dev/null 2>&1; echo ${quote([id])} $?`)
      byPlace.set(JSON.stringify(place), known)
    }
  }
  return [...byPlace.values()].map(({ place, lines }) => ({ place, argv: ['sh', '-c', lines.join('\n')] }))
}

/** Id -> on or off, as one place answered; what it could not tell (another exit code than 0 and 1) is left out. */
export const parseSwitchAnswer = (stdout: string): Map<string, boolean> =>
  new Map([...stdout.matchAll(/^(\S+) ([01])$/gm)].map(([, id = '', code]) => [id, code === '0']))
