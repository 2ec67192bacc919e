import { parse, type StatementNode, type WordNode } from 'just-bash'

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
    } else return null
  }
  return text
}

const OUTPUT = ['>', '>>', '>&', '&>', '&>>']

function read(statement: StatementNode): Pick<ScriptStatement, 'argv' | 'outputs'> {
  const nothing = { argv: null, outputs: [] }
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

/** The statements of a bash script in their order; null when it is no script that can be read. */
export function scriptStatements(script: string): ScriptStatement[] | null {
  try {
    return parse(script).statements.map((statement) => ({
      text: statement.sourceText ?? '',
      isBackground: statement.background,
      ...read(statement),
    }))
  } catch {
    return null
  }
}
