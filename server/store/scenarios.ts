import { createHash } from 'node:crypto'
import type { Prisma } from '../../prisma/generated/sqlite/client'
import type { NewScenario, NewSchedule, ScenarioStore, SchedulePatch, ScheduleStore } from '../domain/ports'
import { type Scenario, ScenarioSchema } from '../domain/scenario'
import { type Schedule, ScheduleStateSchema, type StoredScenario } from '../domain/scenario-views'
import { AppError } from '../errors'
import type { Database } from './client'

const newId = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, 12)

/** The same content has the same id, so that runs of it repeat each other. */
const contentIdOf = (content: Scenario): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 24)

type ScenarioRow = {
  id: string
  labId: string
  title: string
  contentId: string
  source: string | null
  createdAtMs: number
  changedAtMs: number
}

const MAX_LISTED = 500

export class PrismaScenarioStore implements ScenarioStore {
  #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(labId: string): Promise<StoredScenario[]> {
    const rows = await this.#database.run((prisma) =>
      prisma.scenario.findMany({
        where: { labId },
        orderBy: [{ title: 'asc' }, { createdAtMs: 'asc' }],
        take: MAX_LISTED,
      }),
    )
    return Promise.all(rows.map((row) => this.#whole(row)))
  }

  async get(id: string): Promise<StoredScenario | null> {
    const row = await this.#database.run((prisma) => prisma.scenario.findUnique({ where: { id } }))
    return row && this.#whole(row)
  }

  async save({ lab, title, content, source }: NewScenario, id = newId()): Promise<StoredScenario> {
    const contentId = contentIdOf(content)
    await this.#database.run((prisma) =>
      prisma.scenarioContent.upsert({
        where: { id: contentId },
        create: { id: contentId, content: content as Prisma.InputJsonObject },
        update: {},
      }),
    )
    const changed = { labId: lab, title, contentId, source, changedAtMs: Date.now() }
    const row = await this.#database.durable((prisma) =>
      prisma.scenario.upsert({ where: { id }, create: { id, createdAtMs: Date.now(), ...changed }, update: changed }),
    )
    return this.#whole(row)
  }

  async remove(id: string): Promise<void> {
    await this.#database.durable((prisma) => prisma.scenario.deleteMany({ where: { id } }))
  }

  async content(contentId: string): Promise<Scenario | null> {
    const row = await this.#database.run((prisma) => prisma.scenarioContent.findUnique({ where: { id: contentId } }))
    return row ? ScenarioSchema.parse(row.content) : null
  }

  async #whole({ labId, createdAtMs, changedAtMs, ...row }: ScenarioRow): Promise<StoredScenario> {
    const content = await this.content(row.contentId)
    if (!content) throw new AppError('store', `the content of scenario "${row.title}" is gone`)
    return { ...row, lab: labId, content, createdAt: createdAtMs, changedAt: changedAtMs }
  }
}

type ScheduleRow = Omit<Schedule, 'lab' | 'state' | 'createdAt'> & { labId: string; state: string; createdAtMs: number }

const scheduleOf = ({ labId, createdAtMs, state, ...row }: ScheduleRow): Schedule => ({
  ...row,
  ...{ lab: labId, state: ScheduleStateSchema.parse(state), createdAt: createdAtMs },
})

export class PrismaScheduleStore implements ScheduleStore {
  #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async create({ lab, ...schedule }: NewSchedule): Promise<Schedule> {
    const data = { id: newId(), labId: lab, ...schedule, state: 'waiting', createdAtMs: Date.now() }
    return scheduleOf(await this.#database.durable((prisma) => prisma.schedule.create({ data })))
  }

  async get(id: string): Promise<Schedule | null> {
    const row = await this.#database.run((prisma) => prisma.schedule.findUnique({ where: { id } }))
    return row && scheduleOf(row)
  }

  async patch(id: string, patch: SchedulePatch): Promise<void> {
    await this.#database.durable((prisma) => prisma.schedule.updateMany({ where: { id }, data: patch }))
  }

  async list(labId: string, limit: number): Promise<Schedule[]> {
    const rows = await this.#database.run((prisma) =>
      prisma.schedule.findMany({ where: { labId }, orderBy: [{ atMs: 'desc' }, { id: 'desc' }], take: limit }),
    )
    return rows.map(scheduleOf)
  }

  async open(): Promise<Schedule[]> {
    const rows = await this.#database.run((prisma) =>
      prisma.schedule.findMany({
        where: { OR: [{ state: 'waiting' }, { state: 'started', runId: null }] },
        orderBy: { atMs: 'asc' },
      }),
    )
    return rows.map(scheduleOf)
  }
}
