import { AppError } from '../../errors'
import { quote, quoteArgument } from '../../transport/quote'

/*
 * Commands on a console that echoes what is typed. Their output stands between two marker lines that the echo cannot
 * show: the shell puts each together from two words.
 */

export type MarkedResult = { exitCode: number; output: string }

const word = (nonce: string): string => `FLAB_${nonce}`

const between = (command: string, nonce: string): string =>
  `printf '\\n%s_%s\\n' ${word(nonce)} B; ${command}; printf '\\n%s_%s %d\\n' ${word(nonce)} E $?`

/**
 * An argv for an interactive POSIX shell, its output and exit status marked. Throws `bad-input` on control characters.
 * @param nonce letters and digits, another one for each command
 */
export function marked(argv: readonly string[], nonce: string): string {
  const command = quote(argv)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys to whatever edits the line: a tab completes, Ctrl-C ends
  if (/[\x00-\x09\x0b-\x1f\x7f]/.test(command))
    throw new AppError('bad-input', 'a command for a console contains a control character')
  return between(command, nonce)
}

/** The same for a piece of a file: bytes are added to it by way of a here-document, so that none of them is typed. */
export function markedAppend(path: string, data: Uint8Array, nonce: string): string {
  const lines =
    Buffer.from(data)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  const end = `${word(nonce)}_EOF`
  const command = `base64 -d >>${quoteArgument(path)} <<'${end}'`
  return [between(command, nonce), ...lines, end].join('\n')
}

/** "exit" behind a mark that the shell prints once it has come to it: what is said after the mark is said after "exit". */
export const markedExit = (nonce: string): string => `printf '\\n%s_%s\\n' ${word(nonce)} X; exit`

/** What a console said behind the mark of `markedExit` in its (clean) text; null as long as that has not come. */
export function afterMark(text: string, nonce: string): string | null {
  const mark = `\n${word(nonce)}_X\n`
  const at = text.indexOf(mark)
  return at < 0 ? null : text.slice(at + mark.length)
}

/** The command's result in the (clean) text of a console; null as long as its end has not come. */
export function readMarked(text: string, nonce: string): MarkedResult | null {
  const end = new RegExp(`^${word(nonce)}_E (\\d{1,3})\\n`, 'm').exec(text)
  if (!end) return null
  const begin = `\n${word(nonce)}_B\n`
  const from = text.indexOf(begin)
  // The line end before the end marker is the marker's own.
  const output = from < 0 ? '' : text.slice(from + begin.length, Math.max(from + begin.length, end.index - 1))
  return { exitCode: Number(end[1]), output }
}
