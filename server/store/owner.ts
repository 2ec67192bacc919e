import { randomUUID } from 'node:crypto'
import os from 'node:os'
import type { StoreLease } from '../../prisma/generated/sqlite/client'
import { AppError } from '../errors'
import type { Database } from './client'

const ID = 'store'
const HEARTBEAT_EVERY_MS = 5000
const STALE_AFTER_MS = 15_000

/** Who takes the lease; tests play other processes. */
export type Identity = { pid: number; host: string }

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

// Shared, since Next gives routes and pages each their own instance of this module.
const shared = globalThis as { failoverLabOwners?: Set<string> }
shared.failoverLabOwners ??= new Set()
const ownersHere = shared.failoverLabOwners

function isStale(lease: StoreLease, self: Identity): boolean {
  if (Date.now() - lease.heartbeatAtMs > STALE_AFTER_MS) return true
  if (lease.host !== self.host) return false
  // A restarted container gets the same host name and process number again.
  return lease.pid === self.pid ? !ownersHere.has(lease.owner) : !alive(lease.pid)
}

function refusal(lease: StoreLease): AppError {
  const since = new Date(lease.startedAtMs).toISOString()
  return new AppError('conflict', `the database is in use by process ${lease.pid} on ${lease.host}, since ${since}`, {
    hint: `Use that instance, stop it, or set DATABASE_URL to another file. If it has crashed, this resolves itself within ${STALE_AFTER_MS / 1000} s.`,
  })
}

/** The lease on the database: one instance at a time. */
export type StoreOwner = {
  /** Gives the lease back. */
  release(): Promise<void>
}

async function take(database: Database, owner: string, self: Identity): Promise<void> {
  for (;;) {
    const startedAtMs = Date.now()
    const data = { owner, ...self, startedAtMs, heartbeatAtMs: startedAtMs }
    const held = await database.run((prisma) => prisma.storeLease.findUnique({ where: { id: ID } }))
    if (held && !isStale(held, self)) throw refusal(held)
    // Compare and swap: of two that find the same stale lease only one gets it, the other looks again.
    const { count } = held
      ? await database.run((prisma) =>
          prisma.storeLease.updateMany({
            where: { id: ID, owner: held.owner, heartbeatAtMs: held.heartbeatAtMs },
            data,
          }),
        )
      : await database
          .run((prisma) => prisma.storeLease.create({ data: { id: ID, ...data } }))
          .then(
            () => ({ count: 1 }),
            async (error: unknown) => {
              const other = await database.run((prisma) => prisma.storeLease.findUnique({ where: { id: ID } }))
              if (!other) throw error
              return { count: 0 }
            },
          )
    if (count === 1) return
  }
}

/**
 * Takes the lease, also from an instance that is gone, and keeps it fresh. Rejects with AppError conflict that names
 * the owner when another instance is alive. `onLost`: another one took it, e.g. after this machine slept.
 */
export async function ownStore(
  database: Database,
  onLost: (error: AppError) => void,
  self: Identity = { pid: process.pid, host: os.hostname() },
): Promise<StoreOwner> {
  const owner = randomUUID()
  ownersHere.add(owner)
  await take(database, owner, self).catch((error: unknown) => {
    ownersHere.delete(owner)
    throw error
  })
  const where = { id: ID, owner }
  const beat = async () => {
    const data = { heartbeatAtMs: Date.now() }
    const { count } = await database.run((prisma) => prisma.storeLease.updateMany({ where, data }))
    if (count > 0) return
    clearInterval(timer)
    const other = await database.run((prisma) => prisma.storeLease.findUnique({ where: { id: ID } }))
    onLost(other ? refusal(other) : new AppError('conflict', 'the lease on the database is gone'))
  }
  // A beat that fails (locked, disk full) is made up for by the next.
  const timer = setInterval(() => void beat().catch(() => {}), HEARTBEAT_EVERY_MS)
  timer.unref()
  return {
    release: async () => {
      clearInterval(timer)
      ownersHere.delete(owner)
      await database.run((prisma) => prisma.storeLease.deleteMany({ where }))
    },
  }
}
