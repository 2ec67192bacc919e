import type { AnyLab, Target } from '../domain/lab'
import { PROBE_KINDS, type ProbeKind, type SampleRow } from '../domain/sample'
import type { LabAccess } from './at'
import { MAX_LINE_CHARS } from './text-parse'
import { type RunningTool, startTool, type ToolOptions } from './tool'

/**
 * The team's own probe: stamped (-D), every answer on a line (-l loops; -p the interval, ms). It does not go below 10 ms
 * between two pings to one target whatever is asked, and its timeout is a second.
 */
export const fpingArgv = ({ address }: Pick<Target, 'address'>, intervalMs: number): string[] => [
  ...['fping', '-D', '-l', '-p', String(Math.max(1, Math.round(intervalMs)))],
  address,
]

const code = (kind: ProbeKind) => PROBE_KINDS.indexOf(kind)

/** "[1763629343.123456] 192.168.100.2 : [12], 64 bytes, 45.6 ms (44.0 avg, 0% loss)", "… : [13], timed out (44.0 avg, 7% loss)". */
const LINE =
  /^\[(\d{9,11})\.(\d{1,6})\] \S{1,255} +: \[(\d{1,9})\], (?:(timed out)|(\d{1,6}) bytes, (\d{1,7}(?:\.\d{1,3})?) ms)\b/
const WRAP = 65_536

/** A row of SAMPLE_COLUMNS.probe out of a line of `fping -D -l`, its number wrapped as ping's; null for any other line. */
export function parseFpingLine(line: string): SampleRow | null {
  if (line.length > MAX_LINE_CHARS) return null
  const [whole, seconds, fraction = '', seq, timedOut, bytes, rtt] = LINE.exec(line) ?? []
  if (whole === undefined) return null
  const stampMs = Number(seconds) * 1000 + Number(fraction.padEnd(6, '0')) / 1000
  // ping counts from 1
  const wrapped = (Number(seq) + 1) % WRAP
  if (timedOut) return [code('no-answer'), stampMs, wrapped, null, null, null]
  return [code('reply'), stampMs, wrapped, Number(rtt), null, Number(bytes)]
}

export type FpingOptions = ToolOptions & { intervalMs: number }

/** Starts a probe by fping; rows are those of SAMPLE_COLUMNS.probe, and every line is kept. Rejects with `ssh-…`. */
export function startFping(access: LabAccess<AnyLab>, target: Target, options: FpingOptions): Promise<RunningTool> {
  const read = (line: string) => ({ row: parseFpingLine(line) ?? undefined, keep: true })
  return startTool(access, target.from, fpingArgv(target, options.intervalMs), read, options)
}
