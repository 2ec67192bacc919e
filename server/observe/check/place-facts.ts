import type { Place } from '../../domain/ids'
import type { AnyLab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import { execAt, type LabAccess } from '../../drivers/at'
import { commandText } from '../../drivers/place'
import { AppError } from '../../errors'
import { type CheckOptions, said } from './finding'

const SEPARATOR = '=== failover-lab'

/** One command whose end and output are asked for; the output is cut there after maxChars. */
export type Question = { name: string; argv: readonly string[]; maxChars?: number }

const MAX_CHARS = 500

/** Prints what a command says below a line with its name and exit code; 127 where there is no such command. */
const SECTION = `section() {
  name=$1
  limit=$2
  shift 2
  text=
  code=127
  if command -v "$1" >/dev/null 2>&1; then
    text=$("$@" 2>&1 </dev/null)
    code=$?
  fi
  printf '${SEPARATOR} %s %s\\n' "$name" "$code"
  printf "%.\${limit}s\\n" "$text"
}`

/** One round trip for all that is asked at a place: starting a program in an instance costs its host 70 ms of CPU. */
const scriptOf = (questions: readonly Question[]): string =>
  [
    SECTION,
    ...questions.map(({ name, argv, maxChars = MAX_CHARS }) =>
      commandText(['section', name, String(maxChars), ...argv]),
    ),
    'exit 0',
  ].join('\n')

const TIMEOUT_MS = 8000
const MAX_BYTES = 4_000_000

/** One command's end there: exit 127 is "not found". */
export type Section = { exitCode: number; text: string }

/** What a place said, by name: "kernel", "unit", "tool/ping". */
export type PlaceFacts = Map<string, Section>

/** There, and can be started: 126 and 127 are the shell's words for the contrary. */
export const isThere = (section: Section | undefined): section is Section =>
  section !== undefined && section.exitCode !== 126 && section.exitCode !== 127

/** Sections out of what the script printed; lines that belong to none are dropped. Never throws. */
export function parseFacts(stdout: string): PlaceFacts {
  const sections = new Map<string, { exitCode: number; lines: string[] }>()
  let lines: string[] = []
  for (const line of stdout.split('\n')) {
    const [, name, code] = /^=== failover-lab (\S{1,100}) (\d{1,3})$/.exec(line) ?? []
    if (name === undefined) lines.push(line)
    else {
      lines = []
      if (!sections.has(name)) sections.set(name, { exitCode: Number(code), lines })
    }
  }
  return new Map(
    [...sections].map(([name, { exitCode, lines }]) => [name, { exitCode, text: `${lines.join('\n')}\n` }]),
  )
}

/**
 * What a place answers to all questions and to `uname -r` ("kernel"). Rejects with `ssh-…`, and with `command-…` when
 * the place does not understand the question.
 */
export async function readFacts(
  access: LabAccess<AnyLab>,
  place: Place,
  questions: readonly Question[],
  options: CheckOptions,
): Promise<PlaceFacts> {
  const argv = ['sh', '-c', scriptOf([{ name: 'kernel', argv: ['uname', '-r'] }, ...questions])]
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }
  const { exitCode, stdout, stderr } = await execAt(access, place, argv, { ...options, ...limits })
  const facts = parseFacts(stdout)
  if (facts.has('kernel')) return facts
  const text = said(stderr || stdout) || `exit ${exitCode}`
  throw new AppError('command-failed', text, { hint: `sh and printf must work on ${placeName(place)}.` })
}
