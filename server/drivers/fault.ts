import type { Interval } from '../domain/ids'

const STAMPED = 'date +%s.%N; "$@"; rc=$?; date +%s.%N; exit $rc'
const STAMP = /^\d{9,}\.\d{1,9}$/

/** A command between two stamps of the clock of the machine that runs it. */
export const stamped = (argv: readonly string[]): string[] => ['sh', '-c', STAMPED, 'sh', ...argv]

/**
 * T0 out of a stamped command's stdout: [before, after] in epoch ms on that machine's clock, and what the command
 * itself printed. null when a stamp is missing (the command took its own machine down, or `date` knows no %N).
 */
export function parseStamped(stdout: string): { t0: Interval; output: string } | null {
  const lines = stdout.split(/\r?\n/).filter((line, index, all) => line !== '' || index < all.length - 1)
  const first = lines.at(0) ?? ''
  const last = lines.at(-1) ?? ''
  if (lines.length < 2 || !STAMP.test(first) || !STAMP.test(last)) return null
  return { t0: { fromMs: Number(first) * 1000, toMs: Number(last) * 1000 }, output: lines.slice(1, -1).join('\n') }
}
