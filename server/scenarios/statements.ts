import { parse, type StatementNode, type WordNode } from 'just-bash'
import { PASSWORD_VARIABLE } from '../drivers/armed'

/** One statement of a script. */
export type ScriptStatement = {
  /** Verbatim. */
  text: string
  /** Its words, when it is one command whose words are what they say; null: only a shell can tell. */
  argv: string[] | null
  /** Ends with "&". */
  isBackground: boolean
  /** Files that its output goes to. */
  outputs: string[]
  /** What comes after it in the same shell goes on from it: a variable, a directory, a function. */
  keepsState: boolean
}

/** The text of a word without expansions; null when it has any. */
function literal({ parts }: WordNode): string | null {
  let text = ''
  for (const part of parts) {
    if (part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'Escaped') text += part.value
    else if (part.type === 'DoubleQuoted') {
      const inner = literal({ type: 'Word', parts: part.parts })
      if (inner === null) return null
      text += inner
    } else if (part.type === 'ParameterExpansion' && part.parameter === PASSWORD_VARIABLE && !part.operation) {
      // Of a file that we have given out: its value is nobody's business here.
      text += `$${PASSWORD_VARIABLE}`
    } else return null
  }
  return text
}

const OUTPUT = ['>', '>>', '>&', '&>', '&>>']

function read(statement: StatementNode): Pick<ScriptStatement, 'argv' | 'outputs'> {
  const nothing: ReturnType<typeof read> = { argv: null, outputs: [] }
  const [pipeline] = statement.pipelines
  const [command] = pipeline?.commands ?? []
  const isOne = statement.pipelines.length === 1 && pipeline?.commands.length === 1 && !pipeline.negated
  if (!isOne || command?.type !== 'SimpleCommand' || !command.name || command.assignments.length > 0) return nothing
  const words = [command.name, ...command.args].map(literal)
  const targets = command.redirections.map(({ operator, target }) =>
    OUTPUT.includes(operator) && target.type === 'Word' ? literal(target) : null,
  )
  if (words.includes(null) || targets.includes(null)) return nothing
  const outputs = targets.filter((target) => target !== null).filter((target) => !/^\d$|^\/dev\/null$/.test(target))
  return { argv: words.filter((word) => word !== null), outputs }
}

/** Commands of a shell that change the shell itself. */
const BUILTINS = new Set(
  '. alias cd declare enable eval exec export getopts hash local mapfile popd pushd read readarray readonly set shopt source trap typeset ulimit umask unset'.split(
    ' ',
  ),
)

/** `set -e` alone is how every script is run. */
const isSetE = (argv: readonly string[] | null): boolean => argv?.join(' ') === 'set -e'

function keepsState({ pipelines, background }: StatementNode, argv: readonly string[] | null): boolean {
  if (background || isSetE(argv)) return false
  return pipelines.some(({ commands }) =>
    commands.some((command) => {
      if (command.type !== 'SimpleCommand') return command.type !== 'Subshell'
      if (!command.name) return command.assignments.length > 0
      return BUILTINS.has(literal(command.name) ?? '')
    }),
  )
}

/** The statements of a bash script in their order; null when it is no script that can be read. */
export function scriptStatements(script: string): ScriptStatement[] | null {
  try {
    const { statements } = parse(script)
    if (statements.some(({ deferredError }) => deferredError)) return null
    return statements.map((statement) => {
      const words = read(statement)
      return {
        ...{ text: statement.sourceText ?? '', isBackground: statement.background },
        ...{ ...words, keepsState: keepsState(statement, words.argv) },
      }
    })
  } catch {
    return null
  }
}

/** What never ends is read again with each command that follows it: so many characters of a file at most. */
export const REREAD_CHARS = 200_000

/**
 * The statements of a job's commands, which run as one script; `argv` undefined: a piece that cannot be read. What is no
 * statement by itself (`if …; then`) is read together with what follows. @param left for all jobs of a file
 */
export function jobStatements(
  commands: readonly string[],
  left: { chars: number },
): (ScriptStatement | { text: string; argv: undefined })[] {
  const found: ReturnType<typeof jobStatements> = []
  let open = ''
  for (const command of commands) {
    const text = open === '' ? command : `${open}\n${command}`
    left.chars -= open.length
    const statements = open !== '' && left.chars < 0 ? null : scriptStatements(text)
    if (statements) found.push(...statements)
    open = statements ? '' : text
  }
  return open === '' ? found : [...found, { text: open, argv: undefined }]
}
