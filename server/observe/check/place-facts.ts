import type { Place } from '../../domain/ids'
import { placeName } from '../../domain/place'
import { execAt, type LabAccess } from '../../drivers/at'
import { AppError } from '../../errors'
import { versionArgument } from '../versions'
import { type CheckOptions, said } from './finding'

const SEPARATOR = '=== failover-lab'

/**
 * Arguments: unit or nothing, then each tool with what makes it print its version. One round trip for all that is
 * asked at a place: starting a program in an instance costs its host 70 ms of CPU.
 */
const SCRIPT = `section() {
  name=$1
  shift
  text=
  code=127
  if command -v "$1" >/dev/null 2>&1; then
    text=$("$@" 2>&1 </dev/null)
    code=$?
  fi
  printf '${SEPARATOR} %s %s\\n%.500s\\n' "$name" "$code" "$text"
}
section kernel uname -r
if [ -n "$1" ]; then section unit systemctl is-active "$1"; fi
shift
while [ $# -gt 1 ]; do
  section "tool/$1" "$1" "$2"
  shift 2
done
exit 0`

const TIMEOUT_MS = 6000
const MAX_BYTES = 100_000

/** One command's end there: exit 127 is "not found". */
export type Section = { exitCode: number; text: string }

/** What a place said, by name: "kernel", "unit", "tool/ping". */
export type PlaceFacts = Map<string, Section>

/** Sections out of what the script printed; lines that belong to none are dropped. Never throws. */
export function parseFacts(stdout: string): PlaceFacts {
  const facts: PlaceFacts = new Map()
  let current: Section | null = null
  for (const line of stdout.split('\n')) {
    const [, name, code] = /^=== failover-lab (\S{1,100}) (\d{1,3})$/.exec(line) ?? []
    if (name !== undefined) {
      current = { exitCode: Number(code), text: '' }
      if (!facts.has(name)) facts.set(name, current)
    } else if (current) current.text += `${line}\n`
  }
  return facts
}

/**
 * Kernel, the unit's state (none for null) and the tools' versions at a place. Rejects with `ssh-…`, and with
 * `command-…` when the place does not understand the question.
 */
export async function readFacts(
  access: LabAccess,
  place: Place,
  unit: string | null,
  tools: readonly string[],
  options: CheckOptions,
): Promise<PlaceFacts> {
  const asked = tools.flatMap((tool) => [tool, versionArgument(tool)])
  const argv = ['sh', '-c', SCRIPT, 'sh', unit ?? '', ...asked]
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }
  const { exitCode, stdout, stderr } = await execAt(access, place, argv, { ...options, ...limits })
  const facts = parseFacts(stdout)
  if (facts.has('kernel')) return facts
  const text = said(stderr || stdout) || `exit ${exitCode}`
  throw new AppError('command-failed', text, { hint: `sh and printf must work on ${placeName(place)}.` })
}
