import { median } from 'simple-statistics'
import { clock } from '@/app/components/timeline/scale'
import { formatMeasurement, formatMs } from '@/server/domain/format'
import type { Outage, ProbeSummary } from '@/server/domain/run'

/** One outage of one probe as the list shows it; instants on the app's clock, epoch ms. */
export type OutageRow = {
  key: string
  stream: string
  title: string
  /** Counts from 1 per probe. */
  number: number
  fromMs: number
  /** Where it had not ended: as far as it was seen. */
  toMs: number
  /** "3.624 s (+0.001 / −0.016)", "≥ 3.624 s" where it had not ended. */
  length: string
  /** What it is counted with; null where it had not ended. */
  ms: number | null
  /** Lost probes: the loss period length of RFC 3357. */
  lost: number
  /** From the end of the probe's outage before to the start of this one, ms: the loss distance as time; null: the first. */
  spacingMs: number | null
}

function lengthOf({ ms, lowerMs, upperMs }: Outage): string {
  if (ms === null) return `≥ ${formatMs(lowerMs)}`
  if (upperMs === null) return `${formatMs(ms)} (≥ ${formatMs(lowerMs)})`
  return formatMeasurement({ ms, plusMs: Math.max(0, upperMs - ms), minusMs: Math.max(0, ms - lowerMs) })
}

/** Every outage of these probes in order of time. `offset`: how far a probe's clock is ahead of the app's, ms. */
export function outageRows(probes: readonly ProbeSummary[], offset: (stream: string) => number): OutageRow[] {
  const rows = probes.flatMap(({ stream, title, outages }) => {
    const by = offset(stream)
    let endMs: number | null = null
    return outages
      .toSorted((a, b) => a.lastGoodMs - b.lastGoodMs)
      .map((outage, i): OutageRow => {
        const { lastGoodMs, firstGoodMs, lowerMs, lostProbes, ms } = outage
        const spacingMs = endMs === null ? null : Math.max(0, lastGoodMs - endMs)
        const toMs = firstGoodMs ?? lastGoodMs + lowerMs
        endMs = toMs
        return {
          key: `${stream} ${lastGoodMs}`,
          stream,
          title,
          number: i + 1,
          fromMs: lastGoodMs - by,
          toMs: toMs - by,
          length: lengthOf(outage),
          ms,
          lost: lostProbes,
          spacingMs,
        }
      })
  })
  return rows.sort((a, b) => a.fromMs - b.fromMs)
}

export type Spread = { min: number; median: number; max: number }

const spread = (values: number[]): Spread | null =>
  values.length > 0 ? { min: Math.min(...values), median: median(values), max: Math.max(...values) } : null

/** How long they are and how far apart; null where there is nothing to count. */
export const outageFigures = (rows: readonly OutageRow[]) => ({
  count: rows.length,
  lost: rows.reduce((sum, row) => sum + row.lost, 0),
  length: spread(rows.flatMap(({ ms }) => ms ?? [])),
  spacing: spread(rows.flatMap(({ spacingMs }) => spacingMs ?? [])),
})

/** "+0:12:34.567" relative to the origin. */
export function sinceOrigin(ms: number, originMs: number): string {
  const text = clock(ms - originMs, 3)
  return text.startsWith('−') ? text : `+${text}`
}

/** How far apart, without more digits than it is worth: "850.0 ms", "12.340 s", "0:12:34". */
export const spacingText = (ms: number): string => (ms < 600_000 ? formatMs(ms) : `${clock(ms, 0)} h`)
