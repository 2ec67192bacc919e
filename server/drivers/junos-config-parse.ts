import { deviceLines, isDecoration, MAX_TABLE_CHARS } from './text-parse'

/** Comments, quoted strings, `{`, `}`, `;`, words; a comment or string without an end as its beginning alone. */
const TOKEN = /\/\*[\s\S]*?\*\/|\/\*|"(?:[^"\\]|\\[\s\S])*"|[{};]|[^\s{};"]+|"/g

const isComment = (line: string): boolean => /^\s*#/.test(line)

/**
 * A configuration in curly braces as flat statements, each with all that it stands in ("security zones security-zone lan
 * interfaces reth1.0"), in the order of the text. null when it is none, is cut off, or is longer than 1,000,000
 * characters: what cannot be read whole says nothing. Never throws, linear in the text.
 */
export function parseConfiguration(text: string): string[] | null {
  if (text.length > MAX_TABLE_CHARS) return null
  const plain = deviceLines(text)
    .filter((line) => !isDecoration(line) && !isComment(line))
    .join('\n')
  const statements: string[] = []
  /** Headers of the open blocks, and how many statements there were when each was opened. */
  const open: { path: string; before: number }[] = []
  let words: string[] = []
  const path = (): string => [open.at(-1)?.path, ...words].filter(Boolean).join(' ')
  for (const [token] of plain.matchAll(TOKEN)) {
    if (token === '/*') return null
    if (token.startsWith('/*')) continue
    if (token === '{') {
      if (words.length === 0) return null
      open.push({ path: path(), before: statements.length })
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
