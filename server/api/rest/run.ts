import type { RunDetail } from '../../domain/detail'
import type { Measurement, RunSummary } from '../../domain/run'
import type { RestRun, RestRunRow } from './schema'

/** Where a browser finds a run. */
export const runUrl = (publicUrl: string, id: string): string => `${publicUrl}/runs/${id}`

export function restRunRow(run: RunSummary, publicUrl: string): RestRunRow {
  const { labTitle: _labTitle, caseTitle: _caseTitle, ...row } = run
  return { ...row, url: runUrl(publicUrl, run.id) }
}

const camelCase = (id: string): string => id.replace(/[^A-Za-z0-9]+(.)?/g, (_, next = '') => String(next).toUpperCase())

/** By id; the headline also as "failoverTime", whatever its own id is. */
function measurementsOf(detail: RunDetail): Record<string, Measurement> {
  const all = Object.fromEntries(detail.measurements.map((measurement) => [camelCase(measurement.id), measurement]))
  const headline = detail.report?.headline
  return headline ? { ...all, failoverTime: headline } : all
}

export function restRun(detail: RunDetail, publicUrl: string): RestRun {
  const { failoverTime: _failoverTime, ...row } = restRunRow(detail.summary, publicUrl)
  return {
    ...row,
    criteria: detail.criteria,
    measurements: measurementsOf(detail),
    steps: detail.steps.map(({ id, title, outcome, startedMs, endedMs, message }) => ({
      id,
      title,
      outcome,
      startedAt: startedMs,
      endedAt: endedMs,
      message,
    })),
    commands: detail.commands.map(({ startedMs, ...command }) => ({ ...command, startedAt: startedMs })),
    t0: detail.report?.t0 ?? null,
    probes: detail.report?.probes ?? [],
    context: detail.context,
    captures: detail.captures,
    wan: detail.report?.wan ?? null,
    notes: [...detail.notes.map((note) => note.message), ...(detail.report?.notes ?? [])],
  }
}
