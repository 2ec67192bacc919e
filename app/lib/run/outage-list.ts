import { median } from 'simple-statistics'
import { clock } from '@/app/components/timeline/scale'
import { formatMeasurement, formatMs } from '@/server/domain/format'
import type { Outage, ProbeSummary } from '@/server/domain/run'
import { LINK_DIRECTIONS, type WanReport } from '@/server/domain/wan-run'
import { allLinks } from './words'

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
  /** Lost probes: the loss period length of RFC 3357; null: nobody counted. */
  lost: number | null
  /** From the end of the probe's outage before to the start of this one, ms: the loss distance as time; null: the first. */
  spacingMs: number | null
}

function lengthOf({ ms, lowerMs, upperMs }: Outage): string {
  if (ms === null) return `≥ ${formatMs(lowerMs)}`
  if (upperMs === null) return `${formatMs(ms)} (≥ ${formatMs(lowerMs)})`
  return formatMeasurement({ ms, ...errorOf(ms, lowerMs, upperMs) })
}

/** Numbers those of one source and tells how far apart they are; in order of time. */
function spaced(rows: readonly Omit<OutageRow, 'key' | 'number' | 'spacingMs'>[]): OutageRow[] {
  let endMs: number | null = null
  return rows
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .map((row, i): OutageRow => {
      const spacingMs = endMs === null ? null : Math.max(0, row.fromMs - endMs)
      endMs = row.toMs
      return { key: `${row.stream} ${row.fromMs}`, ...row, number: i + 1, spacingMs }
    })
}

/** The pauses of the traffic over all links, each way. `offset`: how far the capture host's clock is ahead of the app's, ms. */
export function gapRows({ gaps }: WanReport, offset: number): OutageRow[] {
  return LINK_DIRECTIONS.flatMap(({ direction }) =>
    spaced(
      gaps
        .filter((gap) => gap.direction === direction)
        .map(({ fromMs, toMs, lowerMs, upperMs }) => {
          const ms = upperMs === null ? null : toMs - fromMs
          return {
            ...{ stream: `links:${direction}`, title: allLinks(direction), ms, lost: null },
            ...{ fromMs: fromMs - offset, toMs: toMs - offset },
            length:
              ms === null ? `≥ ${formatMs(lowerMs)}` : formatMeasurement({ ms, ...errorOf(ms, lowerMs, upperMs) }),
          }
        }),
    ),
  )
}

const errorOf = (ms: number, lowerMs: number, upperMs: number | null) => ({
  plusMs: Math.max(0, (upperMs ?? ms) - ms),
  minusMs: Math.max(0, ms - lowerMs),
})

/** Every outage of these probes in order of time. `offset`: how far a probe's clock is ahead of the app's, ms. */
export function outageRows(probes: readonly ProbeSummary[], offset: (stream: string) => number): OutageRow[] {
  const rows = probes.flatMap(({ stream, title, outages }) => {
    const by = offset(stream)
    return spaced(
      outages.map((outage) => {
        const { lastGoodMs, firstGoodMs, lowerMs, lostProbes: lost, ms } = outage
        const toMs = firstGoodMs ?? lastGoodMs + lowerMs
        return { stream, title, fromMs: lastGoodMs - by, toMs: toMs - by, length: lengthOf(outage), ms, lost }
      }),
    )
  })
  return rows.sort((a, b) => a.fromMs - b.fromMs)
}

export type Spread = { min: number; median: number; max: number }

const spread = (values: number[]): Spread | null =>
  values.length > 0 ? { min: Math.min(...values), median: median(values), max: Math.max(...values) } : null

/** How long they are and how far apart; null where there is nothing to count. */
export const outageFigures = (rows: readonly OutageRow[]) => ({
  count: rows.length,
  lost: rows.reduce((sum, row) => sum + (row.lost ?? 0), 0),
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
