import { parse, type WordNode } from 'just-bash'
import { arithmetic } from './arith'
import { glob, patternToRegExp } from './glob'
import type { Shell } from './shell'

type Part = WordNode['parts'][number]
/** A piece of a field; `quoted` pieces make a field even when empty and never act as patterns. */
type Piece = { text: string; quoted: boolean; pattern?: boolean } | 'break'

/** Expands words to fields: parameters, substitutions, field splitting, pathnames. */
export async function expandWords(shell: Shell, words: readonly WordNode[]): Promise<string[]> {
  const fields: string[] = []
  for (const word of words) fields.push(...(await expandFields(shell, word)))
  return fields
}

async function expandFields(shell: Shell, word: WordNode): Promise<string[]> {
  const pieces: Piece[] = []
  for (const part of word.parts) pieces.push(...(await expandPart(shell, part, false)))
  const fields: Exclude<Piece, 'break'>[][] = [[]]
  for (const piece of pieces) {
    if (piece === 'break') fields.push([])
    else fields.at(-1)?.push(piece)
  }
  const result: string[] = []
  for (const field of fields) {
    const text = field.map((p) => p.text).join('')
    if (text === '' && !field.some((p) => p.quoted)) continue
    if (field.some((p) => p.pattern)) {
      const pattern = field.map((p) => (p.pattern ? p.text : p.text.replace(/[*?[\]\\]/g, '\\$&'))).join('')
      const found = await glob(shell.machine.fs, shell.process.cwd, pattern)
      result.push(...(found.length > 0 ? found : [text]))
    } else result.push(text)
  }
  return result
}

/** Expands a word to one string, as in assignments, redirections and `case`. */
export async function expandOne(shell: Shell, word: WordNode): Promise<string> {
  let text = ''
  for (const part of word.parts) {
    for (const piece of await expandPart(shell, part, true)) text += piece === 'break' ? ' ' : piece.text
  }
  return text
}

/** Expands a pattern word (`case`, `${x#…}`) to a regular expression; quoted parts match literally. */
export async function expandPattern(shell: Shell, word: WordNode): Promise<RegExp> {
  let pattern = ''
  for (const part of word.parts) {
    for (const piece of await expandPart(shell, part, true)) {
      if (piece === 'break') pattern += ' '
      else pattern += piece.pattern ? piece.text : piece.text.replace(/[*?[\]\\]/g, '\\$&')
    }
  }
  return patternToRegExp(pattern)
}

async function expandPart(shell: Shell, part: Part, single: boolean): Promise<Piece[]> {
  switch (part.type) {
    case 'Literal':
      return [{ text: part.value, quoted: false }]
    case 'SingleQuoted':
    case 'Escaped':
      return [{ text: part.value, quoted: true }]
    case 'Glob':
      return [{ text: part.pattern, quoted: false, pattern: true }]
    case 'TildeExpansion':
      return [{ text: shell.get('HOME') ?? '/root', quoted: true }]
    case 'DoubleQuoted':
      return quotedPieces(shell, part.parts)
    case 'ParameterExpansion':
      if (part.operation === null && (part.parameter === '@' || part.parameter === '*') && !single) {
        return shell.params.flatMap((p, i): Piece[] => [...(i > 0 ? (['break'] as const) : []), ...split(p)])
      }
      return maybeSplit(await parameter(shell, part), single)
    case 'CommandSubstitution':
      return maybeSplit(await shell.substitute(part.body), single)
    case 'ArithmeticExpansion':
      return [{ text: String(await arithmeticText(shell, part.expression)), quoted: false }]
    default:
      throw new Error(`Syntax error: ${part.type} is not supported`)
  }
}

/** As POSIX says: first expanded like a double-quoted string, then read as an expression. */
async function arithmeticText(shell: Shell, expression: { originalText?: string }): Promise<number> {
  const text = await expandOne(shell, wordOf(`"${expression.originalText ?? ''}"`))
  const [part] = wordOf(`$((${text}))`).parts
  if (part?.type !== 'ArithmeticExpansion') throw shell.fatal(`arithmetic expression: expecting primary: "${text}"`)
  return arithmetic(shell, part.expression)
}

function wordOf(text: string): WordNode {
  const command = parse(`: ${text}`).statements[0]?.pipelines[0]?.commands[0]
  const word = command?.type === 'SimpleCommand' ? command.args[0] : undefined
  if (!word) throw new SyntaxError(text)
  return word
}

async function quotedPieces(shell: Shell, parts: readonly Part[]): Promise<Piece[]> {
  const pieces: Piece[] = []
  let emptyAt = parts.length === 1
  for (const part of parts) {
    if (part.type === 'ParameterExpansion' && part.operation === null && part.parameter === '@') {
      shell.params.forEach((p, i) => {
        if (i > 0) pieces.push('break')
        pieces.push({ text: p, quoted: true })
      })
      continue
    }
    emptyAt = false
    for (const piece of await expandPart(shell, part, true)) {
      pieces.push(piece === 'break' ? 'break' : { text: piece.text, quoted: true })
    }
  }
  if (pieces.length === 0 && !emptyAt) pieces.push({ text: '', quoted: true })
  return pieces
}

const maybeSplit = (text: string, single: boolean): Piece[] => (single ? [{ text, quoted: false }] : split(text))

function split(text: string): Piece[] {
  const pieces: Piece[] = []
  for (const match of text.matchAll(/[ \t\n]+|[^ \t\n]+/g)) {
    pieces.push(/^\s/.test(match[0]) ? 'break' : { text: match[0], quoted: false })
  }
  return pieces
}

async function parameter(shell: Shell, part: Extract<Part, { type: 'ParameterExpansion' }>): Promise<string> {
  const value = shell.get(part.parameter)
  const operation = part.operation
  if (operation === null) {
    if (value === undefined && shell.options.u) throw shell.fatal(`${part.parameter}: parameter not set`)
    return value ?? ''
  }
  const missing = value === undefined || ('checkEmpty' in operation && operation.checkEmpty && value === '')
  switch (operation.type) {
    case 'DefaultValue':
      return missing ? expandOne(shell, operation.word) : value
    case 'AssignDefault': {
      if (!missing) return value
      const assigned = await expandOne(shell, operation.word)
      shell.vars.set(part.parameter, assigned)
      return assigned
    }
    case 'UseAlternative':
      return missing ? '' : expandOne(shell, operation.word)
    case 'ErrorIfUnset':
      if (!missing) return value
      throw shell.fatal(
        `${part.parameter}: ${operation.word ? await expandOne(shell, operation.word) : 'parameter not set'}`,
      )
    case 'Length':
      return String((value ?? '').length)
    case 'PatternRemoval':
      return removePattern(value ?? '', await expandPattern(shell, operation.pattern), operation.side, operation.greedy)
    default:
      throw shell.fatal('Bad substitution')
  }
}

function removePattern(value: string, pattern: RegExp, side: 'prefix' | 'suffix', greedy: boolean): string {
  const lengths = Array.from({ length: value.length + 1 }, (_, i) => (greedy ? value.length - i : i))
  for (const length of lengths) {
    const cut = side === 'prefix' ? value.slice(0, length) : value.slice(value.length - length)
    if (pattern.test(cut)) return side === 'prefix' ? value.slice(length) : value.slice(0, value.length - length)
  }
  return value
}
