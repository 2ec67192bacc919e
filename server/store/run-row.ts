import type { Prisma, Run } from '../../prisma/generated/sqlite/client'
import {
  EndingSchema,
  type Measurement,
  MethodSchema,
  type RunContext,
  RunPhaseSchema,
  type RunSummary,
  VerdictSchema,
} from '../domain/run'

/** The columns of a summary: everything but the documents. */
export const SUMMARY = {
  id: true,
  labId: true,
  labTitle: true,
  caseId: true,
  caseTitle: true,
  phase: true,
  ending: true,
  verdict: true,
  dirty: true,
  createdAtMs: true,
  startedAtMs: true,
  endedAtMs: true,
  failoverTimeMs: true,
  failoverPlusMs: true,
  failoverMinusMs: true,
  failoverMethod: true,
  failoverSource: true,
  failoverId: true,
  failoverTitle: true,
  limitMs: true,
  softwareVersion: true,
  message: true,
  params: true,
} satisfies Prisma.RunSelect

export type SummaryRow = Pick<Run, keyof typeof SUMMARY>

function failoverTime(row: SummaryRow): Measurement | null {
  if (row.failoverTimeMs === null) return null
  return {
    id: row.failoverId ?? 'failover-time',
    title: row.failoverTitle ?? 'Failover Time',
    ms: row.failoverTimeMs,
    plusMs: row.failoverPlusMs ?? 0,
    minusMs: row.failoverMinusMs ?? 0,
    method: MethodSchema.parse(row.failoverMethod),
    source: row.failoverSource ?? '',
  }
}

/** `behind`: the run that this one waits behind, while it is queued. */
export const summaryOf = (row: SummaryRow, behind: string | null): RunSummary => ({
  id: row.id,
  lab: row.labId,
  labTitle: row.labTitle,
  case: row.caseId,
  caseTitle: row.caseTitle,
  params: row.params as Record<string, unknown>,
  phase: RunPhaseSchema.parse(row.phase),
  ending: EndingSchema.nullable().parse(row.ending),
  verdict: VerdictSchema.nullable().parse(row.verdict),
  dirty: row.dirty,
  createdAt: row.createdAtMs,
  startedAt: row.startedAtMs,
  endedAt: row.endedAtMs,
  failoverTime: failoverTime(row),
  ...(row.failoverTitle ? { headlineTitle: row.failoverTitle } : {}),
  limitMs: row.limitMs,
  softwareVersion: row.softwareVersion,
  behind: row.phase === 'queued' ? behind : null,
  message: row.message,
})

export const headlineColumns = (headline: Measurement | null) => ({
  failoverTimeMs: headline?.ms ?? null,
  failoverPlusMs: headline?.plusMs ?? null,
  failoverMinusMs: headline?.minusMs ?? null,
  failoverMethod: headline?.method ?? null,
  failoverSource: headline?.source ?? null,
  failoverId: headline?.id ?? null,
  // What was to be measured stays known where it was not.
  ...(headline ? { failoverTitle: headline.title } : {}),
})

/** What the history filters by: the version, or all of them where the nodes differ; null when none was read. */
export const softwareVersionOf = (context: RunContext): string | null =>
  [...new Set(Object.values(context.softwareVersions))].sort().join(' / ') || null
