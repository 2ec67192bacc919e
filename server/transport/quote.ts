import { AppError } from '../errors'

const BARE = /^[A-Za-z0-9_/:.,@+-][A-Za-z0-9_/:=.,@+-]*$/
const RESERVED = new Set('if then else elif fi for while until do done case esac in select function time'.split(' '))

/** One argument, quoted for a POSIX shell. Throws `bad-input` on a NUL, which no argv can carry. */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) {
    throw new AppError('bad-input', 'a command argument contains a NUL character', {
      hint: 'Remove the NUL from the lab file or the parameter that it came from.',
    })
  }
  return BARE.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}

/**
 * An argv as one POSIX shell command line: the only place where arguments become shell text, for the wire and for
 * showing alike. Throws `bad-input` on an empty argv or a NUL.
 */
export function quote(argv: readonly string[]): string {
  const [command, ...rest] = argv
  if (!command) throw new AppError('bad-input', 'an empty command cannot be run')
  // A first word with "=" would be an assignment, a reserved word would open a construct.
  const needsQuotes = BARE.test(command) && (command.includes('=') || RESERVED.has(command))
  const first = needsQuotes ? `'${command}'` : quoteArgument(command)
  return [first, ...rest.map(quoteArgument)].join(' ')
}
