import type { Prisma } from '../../prisma/generated/sqlite/client'
import type { RunSummary } from '../domain/run'
import type { RunFacets, RunFilter, RunPage, TrendPoint } from '../domain/views'
import { AppError } from '../errors'
import type { Database } from './client'
import { SUMMARY } from './run-row'
import type { PrismaRunStore } from './runs'

const anyOf = <T>(values: T[] | undefined) => (values && values.length > 0 ? { in: values } : undefined)

const whereOf = (filter: RunFilter): Prisma.RunWhereInput => ({
  labId: anyOf(filter.labs),
  caseId: anyOf(filter.cases),
  verdict: anyOf(filter.verdicts),
  ending: anyOf(filter.endings),
  softwareVersion: anyOf(filter.softwareVersions),
  createdAtMs: { gte: filter.fromMs, lte: filter.toMs },
})

const NEWEST_FIRST = [{ createdAtMs: 'desc' }, { id: 'desc' }] satisfies Prisma.RunOrderByWithRelationInput[]

type Titled = { id: string; title: string; atMs: number }

/** One entry per id, with its newest title. */
function newest(entries: Titled[]): { id: string; title: string }[] {
  const byId = new Map<string, Titled>()
  for (const entry of entries) if (entry.atMs >= (byId.get(entry.id)?.atMs ?? 0)) byId.set(entry.id, entry)
  return [...byId.values()].map(({ id, title }) => ({ id, title })).sort((a, b) => a.id.localeCompare(b.id))
}

/** The runs, read and searched. */
export class PrismaRunHistory {
  #database: Database
  #runs: PrismaRunStore

  constructor(database: Database, runs: PrismaRunStore) {
    this.#database = database
    this.#runs = runs
  }

  get(runId: string) {
    return this.#runs.get(runId)
  }

  snapshot(runId: string) {
    return this.#runs.snapshot(runId)
  }

  unfinished(labId?: string) {
    return this.#runs.unfinished(labId)
  }

  /** Newest first; `cursor` is the nextCursor of the page before. Rejects with AppError bad-input on a strange one. */
  async list(filter: RunFilter, { limit, cursor }: { limit: number; cursor: string | null }): Promise<RunPage> {
    if (cursor !== null && !(await this.#runs.get(cursor)))
      throw new AppError('bad-input', `cursor: "${cursor}" is none that this history gave out`)
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({
        where: whereOf(filter),
        select: SUMMARY,
        orderBy: NEWEST_FIRST,
        take: limit + 1,
        ...(cursor === null ? {} : { cursor: { id: cursor }, skip: 1 }),
      }),
    )
    const page = rows.slice(0, limit)
    const nextCursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null
    return { runs: await this.#runs.summaries(page), nextCursor }
  }

  /** The newest `limit` runs that have a Failover Time, oldest first. */
  async trend(filter: RunFilter, limit: number): Promise<TrendPoint[]> {
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({
        where: { ...whereOf(filter), failoverTimeMs: { not: null } },
        select: SUMMARY,
        orderBy: NEWEST_FIRST,
        take: limit,
      }),
    )
    return (await this.#runs.summaries(rows)).reverse().flatMap((run) => {
      if (!run.failoverTime) return []
      const { id, lab, verdict, failoverTime, limitMs, softwareVersion } = run
      const startedAt = run.startedAt ?? run.createdAt
      return [{ id, lab, case: run.case, startedAt, verdict, failoverTime, limitMs, softwareVersion }]
    })
  }

  async facets(): Promise<RunFacets> {
    const [labs, cases, versions] = await this.#database.run((prisma) =>
      Promise.all([
        prisma.run.groupBy({ by: ['labId', 'labTitle'], _max: { createdAtMs: true } }),
        prisma.run.groupBy({ by: ['caseId', 'caseTitle'], _max: { createdAtMs: true } }),
        prisma.run.groupBy({ by: ['softwareVersion'], where: { softwareVersion: { not: null } } }),
      ]),
    )
    return {
      labs: newest(labs.map((l) => ({ id: l.labId, title: l.labTitle, atMs: l._max.createdAtMs ?? 0 }))),
      cases: newest(cases.map((c) => ({ id: c.caseId, title: c.caseTitle, atMs: c._max.createdAtMs ?? 0 }))),
      softwareVersions: versions.flatMap((v) => v.softwareVersion ?? []).sort(),
    }
  }

  /** The queue of a lab, and per case its newest run that has ended. */
  async labState(labId: string): Promise<{ queue: RunSummary[]; lastResults: Record<string, RunSummary> }> {
    const newestEnded = await this.#database.run((prisma) =>
      prisma.run.groupBy({ by: ['caseId'], where: { labId, phase: 'ended' }, _max: { createdAtMs: true } }),
    )
    const createdAtMs = { in: newestEnded.flatMap((group) => group._max.createdAtMs ?? []) }
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({ where: { labId, phase: 'ended', createdAtMs }, select: SUMMARY }),
    )
    const last = await this.#runs.summaries(rows)
    return {
      queue: await this.#runs.unfinished(labId),
      lastResults: Object.fromEntries(last.map((run) => [run.case, run])),
    }
  }
}
