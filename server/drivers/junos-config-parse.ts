import { deviceLines, isDecoration, MAX_TABLE_CHARS } from './text-parse'

/** Comments, quoted strings, `{`, `}`, `;`, words; a comment or string without an end as its beginning alone. */
const TOKEN = /\/\*[\s\S]*?\*\/|\/\*|#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|[{};]|[^\s{};"]+|"/g

/** Of a block, all that it stands in included; real ones have a dozen. Each statement repeats them: without a bound, the square. */
const MAX_HEADER_WORDS = 64

const isRemark = (line: string): boolean => isDecoration(line) || /^\s*#/.test(line)

/** Set commands as statements, a line each; a configuration in curly braces as it is. */
function asStatements(text: string): string {
  const lines = deviceLines(text)
  const isSet = lines.find((line) => !isRemark(line))?.startsWith('set ')
  if (!isSet) return lines.filter((line) => !isDecoration(line)).join('\n')
  return lines.flatMap((line) => (isRemark(line) ? [] : [`${line.replace(/^set /, '')};`])).join('\n')
}

/** Each statement's words from the top, in the order of the text; null when it cannot be read whole. */
function statementsOf(text: string): string[][] | null {
  if (text.length > MAX_TABLE_CHARS) return null
  const statements: string[][] = []
  /** Headers of the open blocks, and how many statements there were when each was opened. */
  const open: { path: string[]; before: number }[] = []
  let words: string[] = []
  const path = (): string[] => [...(open.at(-1)?.path ?? []), ...words]
  for (const [token] of asStatements(text).matchAll(TOKEN)) {
    if (token === '/*') return null
    if (token.startsWith('/*') || token.startsWith('#')) continue
    if (token === '{') {
      const header = path()
      if (words.length === 0 || header.length > MAX_HEADER_WORDS) return null
      open.push({ path: header, before: statements.length })
    } else if (token === '}') {
      const block = open.pop()
      if (!block || words.length > 0) return null
      if (statements.length === block.before) statements.push(block.path)
    } else if (token === ';') {
      if (words.length > 0) statements.push(path())
    } else if (token === '"') return null
    else words.push(token)
    if (token === '{' || token === ';') words = []
  }
  const isWhole = open.length === 0 && words.length === 0
  return isWhole && statements.length > 0 ? statements : null
}

/**
 * A configuration, in curly braces or as set commands, as flat statements, each with all that it stands in ("security
 * zones security-zone lan interfaces reth1.0"), in the order of the text. null when it is none, is cut off, or is longer
 * than 1,000,000 characters: what cannot be read whole says nothing. Never throws, linear in the text.
 */
export const parseConfiguration = (text: string): string[] | null =>
  statementsOf(text)?.map((words) => words.join(' ')) ?? null

/** What a configuration says of its interfaces: every one that it names, and the RETH that a member belongs to. */
export type ConfiguredInterfaces = { names: Set<string>; rethOf: Map<string, string> }

/** Out of `show configuration`, inactive statements left out; null when it has none on interfaces. Never throws. */
export function parseConfiguredInterfaces(text: string): ConfiguredInterfaces | null {
  const names = new Set<string>()
  const rethOf = new Map<string, string>()
  for (const words of statementsOf(text) ?? []) {
    if (words.includes('inactive:')) continue
    const at = words[0] === 'groups' ? 2 : 0
    const name = words[at + 1]
    if (words[at] !== 'interfaces' || name === undefined) continue
    names.add(name)
    const parent = words.indexOf('redundant-parent', at)
    const reth = parent === -1 ? undefined : words[parent + 1]
    if (reth !== undefined) rethOf.set(name, reth)
  }
  return names.size === 0 ? null : { names, rethOf }
}
