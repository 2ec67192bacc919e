import type { CheckGroup, Difference, Finding, Mend, Skipped } from '../../domain/check'
import type { Place } from '../../domain/ids'
import { type AnyLab, hasCluster } from '../../domain/lab'
import type { LabAccess } from '../../drivers/at'
import { commandText, hostOf, insideInstance } from '../../drivers/place'
import { asAppError } from '../../errors'

/** How every part of a check asks: its tag marks what it starts, its signal ends it. */
export type CheckOptions = { tag: string; signal: AbortSignal }

/** What one part of a check came to. */
export type Part = { findings: Finding[]; skipped: Skipped[] }

/** A part that looks at a lab. */
export type Look = (access: LabAccess, options: CheckOptions) => Promise<Part>

export type About = { id: string; group: CheckGroup; place: Place | null; title: string }

const MAX_CHARS = 300

/** What a device said, as one line without control characters. */
export const said = (text: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what this takes away
  const line = text.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]+/g, ' ').trim()
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)}…` : line
}

export const fine = (about: About, found: string, expected: string | null = null): Finding => ({
  ...about,
  ...{ status: 'ok', found: said(found), expected, differences: [], mend: null, hint: null },
})

type Wrong = { found: string; expected: string | null; mend?: Mend | null; hint?: string | null }

export const wrong = (
  about: About,
  status: Exclude<Finding['status'], 'ok'>,
  { found, expected, mend = null, hint = null }: Wrong,
): Finding => ({ ...about, status, found: said(found) || 'nothing', expected, differences: [], mend, hint })

/** What is declared against what is there, property by property; at least one must differ. */
export function differing(
  about: About,
  differences: readonly Difference[],
  { status = 'differs', ...more }: { status?: 'missing' | 'differs'; mend?: Mend | null; hint?: string | null } = {},
): Finding {
  const words = (side: 'declared' | 'found') => said(differences.map((one) => `${one.what} ${one[side]}`).join(', '))
  const lines = differences.map((one) => ({
    ...one,
    declared: said(one.declared),
    found: said(one.found) || 'nothing',
  }))
  return {
    ...wrong(about, status, { found: words('found'), expected: words('declared'), ...more }),
    differences: lines,
  }
}

/** One finding by asking; what cannot be asked in time is `unknown` with the error as what was found. Never rejects. */
export async function guarded(about: About, { signal }: CheckOptions, make: () => Promise<Finding>): Promise<Finding> {
  try {
    return await within(signal, make)
  } catch (cause) {
    const { code, message, hint = null } = asAppError(cause)
    const found = code === 'cancelled' || signal.aborted ? 'no answer in the time of the check' : message
    return wrong(about, 'unknown', {
      found,
      expected: 'an answer',
      hint: hint ?? 'Check again; look at the load there.',
    })
  }
}

/** Work that is given up when the signal fires, even where it waits for a connection. */
export async function within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let onAbort = () => {}
  const ended = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work(), ended])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Commands at a place as one would type them on its SSH host. */
export function mendAt(lab: AnyLab, place: Place, ...commands: (readonly string[])[]): Mend {
  const host = hostOf(lab, place)
  const isRoot = lab.hosts.find(({ id }) => id === host)?.user === 'root'
  const placed = commands.map((argv) => {
    if ('instance' in place && hasCluster(lab)) return insideInstance(lab, place.instance, argv)
    return isRoot ? argv : ['sudo', ...argv]
  })
  return { host, command: placed.map(commandText).join(' && ') }
}

/** One command line out of several for the same host; null when there is none. */
export function mendAll(mends: readonly (Mend | null)[]): Mend | null {
  const known = mends.filter((mend) => mend !== null)
  const [first] = known
  if (!first) return null
  return { host: first.host, command: [...new Set(known.map(({ command }) => command))].join(' && ') }
}

export const joined = (parts: readonly Part[]): Part => ({
  findings: parts.flatMap(({ findings }) => findings),
  skipped: parts.flatMap(({ skipped }) => skipped),
})
