import type { SampleRow } from '../server/domain/sample'
import { seeded } from '../server/measure/testing/random'

/** A stretch in which nothing is answered, epoch ms. */
export type Down = { fromMs: number; toMs: number }

/** ping keeps its interval while replies come, and no less than this while they are missing (MEASUREMENT.md). */
const SILENT_MS = 10.2

const us = (ms: number) => Math.round(ms * 1000) / 1000

/** `count` outages over the run, most of them short, none within `apartMs` of another, the first at `firstMs`. */
export function outagesOf(firstMs: number, endMs: number, count: number, apartMs: number, seed: number): Down[] {
  const random = seeded(seed)
  const slotMs = (endMs - firstMs) / count
  return Array.from({ length: count }, (_, i) => {
    const room = slotMs - apartMs
    const lengthMs = i === 0 ? 3600 : Math.min(room / 2, 40 * 200 ** (random() ** 2))
    const fromMs = firstMs + i * slotMs + (i === 0 ? 0 : random() * (room - lengthMs))
    return { fromMs, toMs: fromMs + lengthMs }
  })
}

/** Rows of `ping -D -O -i`, in the order in which it prints them, in parts of some thousand. */
export function* probeRows(
  { fromMs, untilMs, spacingMs }: { fromMs: number; untilMs: number; spacingMs: number },
  downs: readonly Down[],
  seed: number,
) {
  const random = seeded(seed)
  let part: SampleRow[] = []
  let next = 0
  let unanswered: number | null = null
  let sendMs = fromMs
  for (let seq = 1; sendMs < untilMs; seq++) {
    if (unanswered !== null) part.push([1, us(sendMs - 0.03), unanswered % 65_536, null, null, null])
    while ((downs[next]?.toMs ?? Number.POSITIVE_INFINITY) <= sendMs) next++
    const lost = (downs[next]?.fromMs ?? Number.POSITIVE_INFINITY) <= sendMs
    const rttMs = us(0.4 + random() ** 3 * 0.8 + (random() < 0.0005 ? random() * 12 : 0))
    if (!lost) part.push([0, us(sendMs + rttMs + 0.02), seq % 65_536, rttMs, 62, 64])
    unanswered = lost ? seq : null
    sendMs += (lost ? Math.max(SILENT_MS, spacingMs) : spacingMs) + random() * 0.08
    if (part.length < 4000) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

/** One iperf3 client with a line per second: nothing passes while the path is down. */
export function trafficRows(fromMs: number, untilMs: number, downs: readonly Down[], bitPerS: number): SampleRow[] {
  const rows: SampleRow[] = []
  const count = Math.floor((untilMs - fromMs) / 1000)
  for (let s = 0; s < count; s++) {
    const atMs = fromMs + s * 1000
    const downMs = downs.reduce(
      (sum, d) => sum + Math.max(0, Math.min(d.toMs, atMs + 1000) - Math.max(d.fromMs, atMs)),
      0,
    )
    const bytes = Math.round((bitPerS / 8) * (1 - downMs / 1000))
    rows.push([5, s, s + 1, bytes, bytes * 8, 0, atMs + 1000])
  }
  return rows
}

/** A poll of a node each 250 ms. */
export const pollRows = (fromMs: number, untilMs: number): SampleRow[] =>
  Array.from({ length: Math.floor((untilMs - fromMs) / 250) }, (_, i) => [fromMs + i * 250, fromMs + i * 250 + 4, 0])
