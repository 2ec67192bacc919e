import type { Prisma } from '../../prisma/generated/sqlite/client'
import type { JudgedRun } from '../domain/expectations'
import type { Report, RunContext, RunSummary } from '../domain/run'
import type { RunFacets, RunFilter, RunPage, TrendPoint } from '../domain/views'
import { AppError } from '../errors'
import type { Database } from './client'
import { unpackJson } from './documents'
import { SUMMARY } from './run-row'
import type { PrismaRunStore } from './runs'

type Column = 'labId' | 'caseId' | 'verdict' | 'ending' | 'softwareVersion'

/**
 * One value is asked for as itself: an index then gives its rows in order of time. Several of them must not be looked up
 * in that index, or all their rows are read and sorted for one page: the doubled negation leaves the index on the time.
 */
function whereOf(filter: RunFilter): Prisma.RunWhereInput {
  const wanted: [Column, readonly string[] | undefined][] = [
    ['labId', filter.labs],
    ['caseId', filter.cases],
    ['verdict', filter.verdicts],
    ['ending', filter.endings],
    ['softwareVersion', filter.softwareVersions],
  ]
  const where: Prisma.RunWhereInput = { createdAtMs: { gte: filter.fromMs, lte: filter.toMs } }
  const noneOf: Prisma.RunWhereInput[] = []
  for (const [column, values = []] of wanted)
    if (values.length === 1) where[column] = values[0]
    else if (values.length > 1) noneOf.push({ [column]: { notIn: [...values] } })
  return noneOf.length > 0 ? { ...where, NOT: noneOf } : where
}

const NEWEST_FIRST = [{ createdAtMs: 'desc' }, { id: 'desc' }] satisfies Prisma.RunOrderByWithRelationInput[]

/** The rows after this one; said twice, so that the index on the time is used. */
const olderThan = ({ id, createdAt }: Pick<RunSummary, 'id' | 'createdAt'>): Prisma.RunWhereInput => ({
  createdAtMs: { lte: createdAt },
  OR: [{ createdAtMs: { lt: createdAt } }, { id: { lt: id } }],
})

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
    const last = cursor === null ? null : await this.#runs.get(cursor)
    if (cursor !== null && !last)
      throw new AppError('bad-input', `cursor: "${cursor}" is none that this history gave out`)
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({
        where: last ? { AND: [whereOf(filter), olderThan(last)] } : whereOf(filter),
        select: SUMMARY,
        orderBy: NEWEST_FIRST,
        take: limit + 1,
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

  /** The newest `limit` completed runs of a case in a lab that have a report, newest first. */
  async judged(labId: string, caseId: string, limit: number): Promise<JudgedRun[]> {
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({
        where: { labId, caseId, ending: 'completed', report: { not: null } },
        select: { ...SUMMARY, report: true, context: true },
        orderBy: NEWEST_FIRST,
        take: limit,
      }),
    )
    const summaries = await this.#runs.summaries(rows)
    const judged = await Promise.all(
      rows.map(async ({ report, context }, at): Promise<JudgedRun[]> => {
        const run = summaries[at]
        if (!run || !report) return []
        const { switches = [] } = context ? await unpackJson<Partial<RunContext>>(context) : {}
        return [{ run, report: await unpackJson<Report>(report), switches }]
      }),
    )
    return judged.flat()
  }

  async facets(): Promise<RunFacets> {
    // Groups are found in the indexes alone; titles are then read of the newest run of each.
    const [labs, cases, versions] = await this.#database.run((prisma) =>
      Promise.all([
        prisma.run.groupBy({ by: ['labId'], _max: { createdAtMs: true } }),
        prisma.run.groupBy({ by: ['caseId'], _max: { createdAtMs: true } }),
        prisma.run.groupBy({ by: ['softwareVersion'], where: { softwareVersion: { not: null } } }),
      ]),
    )
    const createdAtMs = { in: [...labs, ...cases].flatMap((group) => group._max.createdAtMs ?? []) }
    const titled = await this.#database.run((prisma) =>
      prisma.run.findMany({
        where: { createdAtMs },
        select: { labId: true, labTitle: true, caseId: true, caseTitle: true, createdAtMs: true },
      }),
    )
    return {
      labs: newest(titled.map((run) => ({ id: run.labId, title: run.labTitle, atMs: run.createdAtMs }))),
      cases: newest(titled.map((run) => ({ id: run.caseId, title: run.caseTitle, atMs: run.createdAtMs }))),
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
