import type { Prisma } from '../../prisma/generated/sqlite/client'
import { type DesiredState, DesiredStateSchema } from '../domain/case'
import type { UndoEntry, UndoJournal } from '../domain/ports'
import { AppError } from '../errors'
import type { Database } from './client'

type Key = { runId: string; order: number }
const idOf = ({ runId, order }: Key) => `${runId}/${order}`

function keyOf(id: string): Key {
  const at = id.lastIndexOf('/')
  const order = Number(id.slice(at + 1))
  if (at < 1 || !Number.isInteger(order)) throw new AppError('bad-input', `"${id}" is no undo entry`)
  return { runId: id.slice(0, at), order }
}

/** Desired states, on the disk before the change that they undo may begin. */
export class PrismaUndoJournal implements UndoJournal {
  #database: Database
  #recording: Promise<unknown> = Promise.resolve()

  constructor(database: Database) {
    this.#database = database
  }

  /** Resolves once the entry survives a power failure. Entries of concurrent calls get their order one by one. */
  record(runId: string, title: string, desired: DesiredState): Promise<UndoEntry> {
    const write = async (): Promise<UndoEntry> => {
      const last = await this.#database.run((prisma) =>
        prisma.undo.aggregate({ where: { runId }, _max: { order: true } }),
      )
      const order = (last._max.order ?? 0) + 1
      const data = { runId, order, title, desired: desired as Prisma.InputJsonObject, applied: false }
      await this.#database.durable((prisma) => prisma.undo.create({ data }))
      return { id: idOf({ runId, order }), runId, order, title, desired, applied: false }
    }
    const recorded = this.#recording.then(write, write)
    this.#recording = recorded.catch(() => {})
    return recorded
  }

  async open(runId: string): Promise<UndoEntry[]> {
    const rows = await this.#database.run((prisma) =>
      prisma.undo.findMany({ where: { runId, applied: false }, orderBy: { order: 'desc' } }),
    )
    return rows.map((row) => ({ ...row, id: idOf(row), desired: DesiredStateSchema.parse(row.desired) }))
  }

  /** Marking twice does no harm; an unknown id is AppError not-found. */
  async markApplied(id: string): Promise<void> {
    const where = keyOf(id)
    const { count } = await this.#database.run((prisma) => prisma.undo.updateMany({ where, data: { applied: true } }))
    if (count === 0) throw new AppError('not-found', `there is no undo entry "${id}"`)
  }
}
