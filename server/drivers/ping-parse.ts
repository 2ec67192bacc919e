import { PROBE_KINDS, type ProbeKind, type SampleRow } from '../domain/sample'
import { MAX_LINE_CHARS } from './text-parse'

/** The first line of ping: whom it asks and how many data bytes it sends (56 by default; a reply says 8 more). */
export type PingHeader = { target: string; dataBytes: number }

/**
 * What one line of `ping -D -O -n` is.
 * - `sample`: a row of SAMPLE_COLUMNS.probe. `exact`: `formatPingLine` rebuilds the line from it; where it is false the
 *   row counts, and the line must be kept verbatim as well (a "From … Host Unreachable" names its sender).
 * - `error`: ping itself complains (refused interval, network unreachable, sendmsg failed); `fatal` where it did not start.
 * - `summary`: a blank line or the statistics block. `unparsed`: no rule knows it. All but exact samples: keep the line.
 */
export type PingLine =
  | { kind: 'header'; header: PingHeader }
  | { kind: 'sample'; row: SampleRow; exact: boolean }
  | { kind: 'error'; message: string; fatal: boolean }
  | { kind: 'summary' }
  | { kind: 'unparsed' }

const HEADER = /^PING (\S{1,255}) \((\S{1,64})\)(?: from \S{1,64} \S{1,64}:)? (\d{1,7})\(\d{1,7}\) bytes of data\.$/
const STAMPED = /^\[(\d{9,11})\.(\d{6})\] (.+)$/
const REPLY =
  /^(\d{1,6}) bytes from (\S{1,255}): icmp_seq=(\d{1,5}) ttl=(\d{1,3})(?: time=(\d{1,9}(?:\.\d{1,3})?) ms)?( \(DUP!\))?( \([A-Z ]{1,30}!\)| ?\(truncated\)|\s*wrong data byte.*)?$/
const NO_ANSWER = /^no answer yet for icmp_seq=(\d{1,5})$/
const FROM = /^From (\S{1,255}) icmp_seq=(\d{1,5}) (.{1,200})$/
const UNREACHABLE = /(Unreachable|Prohibited|Filtered)/i
const PING_SAYS = /^(?:ping|WARNING|Warning): ?(.*)$/
const SUMMARY =
  /^(--- \S{1,255} ping statistics ---|\d+ packets transmitted, .*|rtt min\/avg\/max\/mdev = .*|ipg\/ewma .*|pipe \d+)?$/
const NOT_FATAL = /sendmsg|recvmsg|time of day goes back|no buffer space/i

const code = (kind: ProbeKind) => PROBE_KINDS.indexOf(kind)

/** The RTT as iputils prints it: 3 significant decimals below 1 ms, then fewer (ping_common.c, gather_statistics). */
const rttText = (ms: number): string => ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0)

function stampText(ms: number): string {
  const us = Math.round(ms * 1000)
  const seconds = Math.floor(us / 1e6)
  return `[${seconds}.${String(us - seconds * 1e6).padStart(6, '0')}]`
}

/**
 * The line that a probe row came from, verbatim; null for rows that do not carry enough (`unreachable`, `other`).
 * @param row columns of SAMPLE_COLUMNS.probe
 */
export function formatPingLine(header: PingHeader, row: SampleRow): string | null {
  const [kind, stampMs, seq, rttMs, ttl, bytes] = row
  if (typeof stampMs !== 'number' || typeof seq !== 'number') return null
  if (kind === code('no-answer')) return `${stampText(stampMs)} no answer yet for icmp_seq=${seq}`
  if ((kind !== code('reply') && kind !== code('duplicate')) || typeof ttl !== 'number') return null
  const time = typeof rttMs === 'number' ? ` time=${rttText(rttMs)} ms` : ''
  const duplicate = kind === code('duplicate') ? ' (DUP!)' : ''
  const size = bytes ?? header.dataBytes + 8
  return `${stampText(stampMs)} ${size} bytes from ${header.target}: icmp_seq=${seq} ttl=${ttl}${time}${duplicate}`
}

function stampedRow(seconds: string, micros: string, text: string): SampleRow | null {
  const stampMs = Number(seconds) * 1000 + Number(micros) / 1000
  const noAnswer = NO_ANSWER.exec(text)
  if (noAnswer) return [code('no-answer'), stampMs, Number(noAnswer[1]), null, null, null]
  const from = FROM.exec(text)
  if (from) {
    const kind = UNREACHABLE.test(from[3] ?? '') ? 'unreachable' : 'other'
    return [code(kind), stampMs, Number(from[2]), null, null, null]
  }
  const [whole, bytes, , seq, ttl, time, duplicate, note] = REPLY.exec(text) ?? []
  if (whole === undefined) return null
  // a damaged packet is no answer: "wrong data byte", "(BAD CHECKSUM!)", "(truncated)"
  const kind = note ? 'other' : duplicate ? 'duplicate' : 'reply'
  return [code(kind), stampMs, Number(seq), time === undefined ? null : Number(time), Number(ttl), Number(bytes)]
}

const inRange = ([, , seq, , ttl, bytes]: SampleRow) =>
  (seq ?? 0) <= 65_535 && (ttl ?? 0) <= 255 && (bytes ?? 0) <= 65_535

/**
 * One line of `ping -D -O -n` (iputils), without its line end. Never throws.
 * @param header from the run's first line; null before it came (rows are then never `exact`)
 */
export function parsePingLine(line: string, header: PingHeader | null): PingLine {
  if (line.length > MAX_LINE_CHARS) return { kind: 'unparsed' }
  const stamped = STAMPED.exec(line)
  if (stamped) {
    const row = stampedRow(stamped[1] ?? '', stamped[2] ?? '', stamped[3] ?? '')
    if (!row || !inRange(row)) return { kind: 'unparsed' }
    return { kind: 'sample', row, exact: header !== null && formatPingLine(header, row) === line }
  }
  const first = HEADER.exec(line)
  if (first) return { kind: 'header', header: { target: first[2] ?? '', dataBytes: Number(first[3]) } }
  const complaint = PING_SAYS.exec(line)
  if (complaint) return { kind: 'error', message: (complaint[1] ?? '').slice(0, 300), fatal: !NOT_FATAL.test(line) }
  return { kind: SUMMARY.test(line) ? 'summary' : 'unparsed' }
}
