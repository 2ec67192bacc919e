import type { Policy } from '../domain/case'
import type { Lab } from '../domain/lab'
import { quote } from '../transport/quote'
import { deviceLines, isDecoration, MAX_LINE_CHARS } from './text-parse'

const path = ({ fromZone, toZone, name }: Policy): string =>
  `security policies from-zone ${fromZone} to-zone ${toZone} policy ${name}`

const ANY = 'match source-address any destination-address any application any'

/** What an engineer would type after `configure`. */
const lines = (change: 'set' | 'delete', policy: Policy): string[] =>
  change === 'delete' ? [`delete ${path(policy)}`] : [`set ${path(policy)} ${ANY}`, `set ${path(policy)} then permit`]

/** Sets or deletes a policy and commits: the lines go to the CLI on its stdin, as a script would give them. */
export const configurePolicy = (lab: Lab, change: 'set' | 'delete', policy: Policy): string[] => [
  ...['sh', '-c', `printf "%s\\n" "$@" | ${quote(lab.cluster.cli)}`, 'sh'],
  ...['configure', ...lines(change, policy), 'commit', 'exit', 'exit'],
]

const NOT_WRITABLE = /^error: .{0,80}(?:not writable|read-only)/im
const FAILED = /^(?:error: (?!connection to )|syntax error|commit failed)/im
const COMMITTED = /^commit (?:complete|succeeds)/im

/**
 * How a configuration dialogue ended, by its text: a refused `configure` on stdin exits 0. `not-writable`: this node takes
 * no changes. null: it does not say.
 */
export function configureOutcome(text: string): 'committed' | 'not-writable' | 'failed' | null {
  const plain = deviceLines(text).join('\n')
  if (NOT_WRITABLE.test(plain)) return 'not-writable'
  if (FAILED.test(plain)) return 'failed'
  return COMMITTED.test(plain) ? 'committed' : null
}

const POLICY_LINE = /^(?:set [^\n]{1,400} )?policy (\S{1,80}?)(?:$|[ {;])/

/**
 * The policies that `show configuration | match TEXT` names; null when the answer is none (an error, an echo that cannot
 * be told from it, garbage). No line at all is an answer: there is none.
 */
export function policiesIn(text: string): Set<string> | null {
  const found = new Set<string>()
  for (const line of deviceLines(text)) {
    if (line.length > MAX_LINE_CHARS) return null
    if (isDecoration(line)) continue
    const name = POLICY_LINE.exec(line.trim())?.[1]
    if (!name) return null
    found.add(name)
  }
  return found
}
