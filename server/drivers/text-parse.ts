/** Longest line that a rule looks at; longer ones are kept verbatim. Bounds the work per line (rules are linear in it). */
export const MAX_LINE_CHARS = 4096

/** Longest table that is read at all (characters); flow session tables are exempt. */
export const MAX_TABLE_CHARS = 1_000_000

const PROMPT = /^\{[\w:-]{1,64}\}(\[edit[^\]]{0,200}\])?$/
const SHELL_PROMPT = /^[\w.-]{1,64}@[\w.:-]{1,64}[>#%$]( .*)?$/
const GREETING = /^(cli — connected to |cli -+ connected to |Type '\?' for help)/

/** A node's block header (`node0:`) as Junos prints it above 74 dashes; null for any other line. */
export const nodeHeader = (line: string): string | null => /^(node\d{1,3}):$/.exec(line.trim())?.[1] ?? null

/** Blank, dashes, prompt, echoed command or the CLI's greeting: carries nothing. */
export function isDecoration(line: string): boolean {
  const text = line.trim()
  return text === '' || /^[-=]{3,}$/.test(text) || PROMPT.test(text) || SHELL_PROMPT.test(text) || GREETING.test(text)
}

/**
 * Lines of a device's answer: CR, LF and CRLF endings, tabs as blanks, no trailing blanks.
 * Decoration lines are kept (a parser decides by `isDecoration`). Linear in the text.
 */
export const deviceLines = (text: string): string[] =>
  text.split(/\r\n|\n|\r/).map((line) => (line.length > MAX_LINE_CHARS ? line : line.replaceAll('\t', ' ').trimEnd()))
