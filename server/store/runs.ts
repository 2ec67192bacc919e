import type { Prisma } from '../../prisma/generated/sqlite/client'
import type { NewRun, RunPatch, RunStore } from '../domain/ports'
import type { RunSummary } from '../domain/run'
import type { LabSnapshot } from '../domain/snapshot'
import { AppError } from '../errors'
import type { Database } from './client'
import { packJson, unpackJson } from './documents'
import { readEvidence } from './evidence'
import { headlineColumns, SUMMARY, type SummaryRow, softwareVersionOf, summaryOf } from './run-row'

/** Order of the queue and of the history; creation times are unique within a process. */
export const OLDEST_FIRST = [{ createdAtMs: 'asc' }, { id: 'asc' }] satisfies Prisma.RunOrderByWithRelationInput[]

const json = (value: unknown) => value as Prisma.InputJsonValue

/** The runs. `changed` is told of every stored change of a summary, its own and those of runs that wait behind it. */
export class PrismaRunStore implements RunStore {
  #database: Database
  #changed: (summary: RunSummary) => void
  #lastCreatedMs = 0

  constructor(database: Database, changed: (summary: RunSummary) => void = () => {}) {
    this.#database = database
    this.#changed = changed
  }

  /** Rejects with AppError conflict when there is a run with this id. */
  async create({ id, lab, caseId, caseTitle, params, limitMs, headlineTitle }: NewRun): Promise<RunSummary> {
    const createdAtMs = Math.max(Date.now(), this.#lastCreatedMs + 0.01)
    this.#lastCreatedMs = createdAtMs
    const document = await packJson(lab)
    const taken = await this.#database.run((prisma) => prisma.run.findUnique({ where: { id }, select: { id: true } }))
    if (taken) throw new AppError('conflict', `there is a run "${id}" already`)
    await this.#database.run((prisma) =>
      prisma.run.create({
        data: {
          id,
          labId: lab.id,
          labTitle: lab.title,
          caseId,
          caseTitle,
          phase: 'queued',
          createdAtMs,
          limitMs,
          failoverTitle: headlineTitle ?? null,
          params: json(params),
          lab: document,
        },
        select: { id: true },
      }),
    )
    return this.#tell(id)
  }

  /** Rejects with AppError not-found when there is no such run. */
  async patch(runId: string, patch: RunPatch): Promise<void> {
    const { startedAt, endedAt, context, snapshot, report, ...plain } = patch
    const data: Prisma.RunUpdateManyMutationInput = { ...plain }
    if (startedAt !== undefined) data.startedAtMs = startedAt
    if (endedAt !== undefined) data.endedAtMs = endedAt
    if (snapshot) data.snapshot = await packJson(snapshot)
    if (context) Object.assign(data, { context: await packJson(context), softwareVersion: softwareVersionOf(context) })
    if (report) Object.assign(data, { report: await packJson(report), ...headlineColumns(report.headline) })
    const { count } = await this.#database.run((prisma) => prisma.run.updateMany({ where: { id: runId }, data }))
    if (count === 0) throw new AppError('not-found', `there is no run "${runId}"`)
    const { lab } = await this.#tell(runId)
    if (patch.phase) for (const other of await this.unfinished(lab)) if (other.id !== runId) this.#changed(other)
  }

  async get(runId: string): Promise<RunSummary | null> {
    const row = await this.#database.run((prisma) => prisma.run.findUnique({ where: { id: runId }, select: SUMMARY }))
    return row ? ((await this.summaries([row]))[0] ?? null) : null
  }

  async snapshot(runId: string): Promise<LabSnapshot | null> {
    const row = await this.#database.run((prisma) =>
      prisma.run.findUnique({ where: { id: runId }, select: { snapshot: true } }),
    )
    return row?.snapshot ? unpackJson<LabSnapshot>(row.snapshot) : null
  }

  async unfinished(labId?: string): Promise<RunSummary[]> {
    const where: Prisma.RunWhereInput = { phase: { not: 'ended' }, ...(labId === undefined ? {} : { labId }) }
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({ where, select: SUMMARY, orderBy: OLDEST_FIRST }),
    )
    return this.summaries(rows)
  }

  evidence(runId: string) {
    return readEvidence(this.#database, runId)
  }

  /** Rows as summaries, each queued one with the run that it waits behind. */
  async summaries(rows: SummaryRow[]): Promise<RunSummary[]> {
    const labs = [...new Set(rows.filter((row) => row.phase === 'queued').map((row) => row.labId))]
    const queue =
      labs.length === 0
        ? []
        : await this.#database.run((prisma) =>
            prisma.run.findMany({
              where: { labId: { in: labs }, phase: { not: 'ended' } },
              select: { id: true, labId: true },
              orderBy: OLDEST_FIRST,
            }),
          )
    return rows.map((row) => {
      const waiting = queue.filter((other) => other.labId === row.labId)
      return summaryOf(row, waiting[waiting.findIndex((other) => other.id === row.id) - 1]?.id ?? null)
    })
  }

  async #tell(runId: string): Promise<RunSummary> {
    const summary = await this.get(runId)
    if (!summary) throw new AppError('not-found', `there is no run "${runId}"`)
    this.#changed(summary)
    return summary
  }
}
