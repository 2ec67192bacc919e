import { Lexer, Parser, parse } from 'yaml'
import type { z } from 'zod'
import { AppError } from '../errors'

const MAX_CHARS = 1024 * 1024
/** A handful of them makes a book of a page. */
const MAX_ALIASES = 50
/** The parser goes into itself for each; deep in there, compiling a regular expression ends the whole process. */
const MAX_DEPTH = 50
/** Words and signs; a longer file would hold up all others for a second. */
const MAX_LEXEMES = 100_000

const HINT =
  'Expected the YAML of the runner ("jobs", each with host and commands) or of a scenario ("title" and "steps").'

export const refuse = (why: string): AppError => new AppError('bad-input', why, { hint: HINT })

/** Reads as far as what it holds is bounded, before any of it is put together. Throws `bad-input`. */
function checkBounds(text: string): void {
  const parser = new Parser()
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const _done of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) throw refuse('no YAML that can be read: it is nested too deep')
    if (++lexemes > MAX_LEXEMES) throw refuse('it holds more than anybody writes by hand')
  }
}

/** What somebody's YAML holds, with its anchors and merge keys resolved. Throws `bad-input`. */
export function yamlData(text: string): unknown {
  if (text.length > MAX_CHARS) throw refuse(`the file has ${text.length} characters, more than ${MAX_CHARS}`)
  checkBounds(text)
  try {
    return parse(text, { maxAliasCount: MAX_ALIASES, merge: true, logLevel: 'error' })
  } catch (cause) {
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
