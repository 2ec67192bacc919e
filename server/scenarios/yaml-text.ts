import { parse } from 'yaml'
import type { z } from 'zod'
import { AppError } from '../errors'

const MAX_CHARS = 1024 * 1024
/** A handful of them makes a book of a page. */
const MAX_ALIASES = 50

const HINT =
  'Expected the YAML of the runner ("jobs", each with host and commands) or of a scenario ("title" and "steps").'

export const refuse = (why: string): AppError => new AppError('bad-input', why, { hint: HINT })

/** What somebody's YAML holds, with its anchors and merge keys resolved. Throws `bad-input`. */
export function yamlData(text: string): unknown {
  if (text.length > MAX_CHARS) throw refuse(`the file has ${text.length} characters, more than ${MAX_CHARS}`)
  try {
    return parse(text, { maxAliasCount: MAX_ALIASES, merge: true, logLevel: 'error' })
  } catch (cause) {
    // Nested deeper than anybody would.
    if (cause instanceof RangeError) throw refuse('no YAML that can be read: it is nested too deep')
    throw refuse(`no YAML: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`)
  }
}

/** "job 2, command 1": where in a file, counting from 1 as the import's report does. */
const placeText = (path: readonly PropertyKey[]): string =>
  path
    .map(String)
    .join(', ')
    .replace(/(\w+?)s?, (\d+)/g, (_, list: string, at: string) => `${list} ${Number(at) + 1}`)

/** The first thing that is wrong, and where. */
export function firstProblem({ issues: [first] }: z.core.$ZodError): string {
  const where = placeText(first?.path ?? [])
  return `${where && `${where}: `}${first?.message ?? 'not readable'}`
}
