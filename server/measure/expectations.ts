import type { Expectation, ExpectationUnit, JudgedRun, Measured } from '../domain/expectations'
import { formatBitPerS, formatLimit, formatMeasured } from '../domain/format'
import type { Verdict } from '../domain/run'
import { statisticsOf } from './statistics'

/** Where a row's number stands in a report: a measurement (a duration) or what a criterion measured. */
export type Source = { measurement: string } | { criterion: string }

/** What makes a row: what is expected, and which runs of which case measure it. */
export type ExpectationSource = {
  id: string
  title: string
  unit: ExpectationUnit
  expected: { min: number | null; max: number | null }
  case: string
  /** A run counts only with these. */
  params: Record<string, unknown>
  /** A run with one of these parameters set (not 0, not false) measured something else. */
  without?: readonly string[]
  source: Source
  note: string | null
}

type Value = Pick<Measured, 'value' | 'plus' | 'minus' | 'text'>

/** The number that a run has for a row; null when it measured none. */
function valueIn({ unit, source }: ExpectationSource, { report }: JudgedRun): Value | null {
  if ('measurement' in source) {
    const all = report.headline ? [report.headline, ...report.measurements] : report.measurements
    const found = all.find(({ id }) => id === source.measurement)
    return found ? { value: found.ms, plus: found.plusMs, minus: found.minusMs, text: formatMeasured(found) } : null
  }
  const measured = report.criteria.find(({ id }) => id === source.criterion)?.measured
  if (!measured || measured.value === null || measured.unit !== unit) return null
  return { value: measured.value, plus: null, minus: null, text: measured.text }
}

/** The whole interval within what is expected: pass; wholly outside: fail; else, or where it proves nothing: inconclusive. */
function verdictOf({ expected, note, unit }: ExpectationSource, { value, plus, minus }: Value): Verdict {
  if (note !== null) return 'inconclusive'
  const [lower, upper] = [value - (minus ?? 0), value + (plus ?? 0)]
  // More than is expected of a link is no failure of it.
  const most = unit === 'ms' ? expected.max : null
  if ((expected.min === null || lower >= expected.min) && (most === null || upper <= most)) return 'pass'
  const isOutside = (expected.min !== null && upper < expected.min) || (most !== null && lower > most)
  return isOutside ? 'fail' : 'inconclusive'
}

const sameValues = (wanted: Record<string, unknown>, params: Record<string, unknown>): boolean =>
  Object.entries(wanted).every(([key, value]) => JSON.stringify(params[key]) === JSON.stringify(value))

const sameParams = (a: Record<string, unknown>, b: Record<string, unknown>): boolean =>
  sameValues(a, b) && sameValues(b, a)

/** "< 5 s", "6–8 Gbit/s". */
export function expectedText(unit: ExpectationUnit, { min, max }: { min: number | null; max: number | null }): string {
  if (unit === 'ms') return max === null ? 'any' : `< ${formatLimit(max)}`
  const bare = (value: number | null) =>
    value === null
      ? ''
      : formatBitPerS(value)
          .replace(/(\.\d*?)0+(?= )/, '$1')
          .replace(/\.(?= )/, '')
  const [low, high] = [bare(min), bare(max)]
  if (!high) return low ? `≥ ${low}` : 'any'
  const [number, ofLow] = (low ?? '').split(' ')
  return ofLow !== undefined && high.endsWith(` ${ofLow}`) ? `${number}–${high}` : `${low}–${high}`
}

/**
 * A row out of completed runs of its case, newest first. Runs in which the lab misbehaved on purpose do not count.
 * Minimum, median and maximum are over the runs with the same parameters as the latest one that measured it.
 */
export function expectationOf(source: ExpectationSource, isThere: boolean, runs: readonly JudgedRun[]): Expectation {
  const measured = runs
    .filter(({ run, switches }) => switches.length === 0 && sameValues(source.params, run.params))
    .filter(({ run }) => !source.without?.some((key) => run.params[key]))
    .flatMap((one) => {
      const value = valueIn(source, one)
      return value ? [{ ...value, run: one.run }] : []
    })
  const [latest] = measured
  const alike = measured.filter(({ run }) => latest && sameParams(run.params, latest.run.params))
  const spread = statisticsOf(alike.map(({ value }) => value))
  const { id, title, unit, expected, note } = source
  return {
    ...{ id, title, unit, note },
    expected: { ...expected, text: expectedText(unit, expected) },
    case: { id: source.case, isThere, params: source.params },
    latest: latest
      ? {
          ...{ value: latest.value, plus: latest.plus, minus: latest.minus, text: latest.text },
          ...{ run: latest.run.id, atMs: latest.run.startedAt ?? latest.run.createdAt, params: latest.run.params },
          verdict: verdictOf(source, latest),
        }
      : null,
    spread: spread && { count: spread.count, min: spread.min, median: spread.median, max: spread.max },
  }
}
