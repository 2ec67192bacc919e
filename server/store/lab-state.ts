import { Prisma } from '../../prisma/generated/sqlite/client'
import type { LabStateStore, Quarantine } from '../domain/ports'
import type { Database } from './client'

/** Which labs are quarantined; survives restarts, on the disk at once. */
export class PrismaLabStateStore implements LabStateStore {
  #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async quarantine(labId: string): Promise<Quarantine | null> {
    const row = await this.#database.run((prisma) => prisma.labState.findUnique({ where: { labId } }))
    return (row?.quarantine ?? null) as Quarantine | null
  }

  async setQuarantine(labId: string, quarantine: Quarantine | null): Promise<void> {
    const data = { quarantine: quarantine ?? Prisma.DbNull }
    await this.#database.durable((prisma) =>
      prisma.labState.upsert({ where: { labId }, create: { labId, ...data }, update: data }),
    )
  }
}
