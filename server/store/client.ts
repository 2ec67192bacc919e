import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { PrismaClient } from '../../prisma/generated/sqlite/client'
import { AppError } from '../errors'
import { retryLocked, storeError } from './errors'
import { SafeSqlite } from './sqlite'

/** The database, as the store's classes see it. */
export type Database = {
  /** Runs queries; a locked database is tried again, any failure becomes an AppError "store". */
  run<T>(work: (prisma: PrismaClient) => PromiseLike<T>): Promise<T>
  /** The same, and on the disk when it resolves. */
  durable<T>(work: (prisma: PrismaClient) => PromiseLike<T>): Promise<T>
  /** Gives unused space back; does no harm at any time. */
  compact(): Promise<void>
  close(): Promise<void>
}

/** The file behind a DATABASE_URL such as "file:./data/failover-lab.db", absolute. Throws AppError bad-input. */
export function databaseFile(url: string): string {
  if (url.startsWith('file:') && url.length > 'file:'.length) return path.resolve(url.slice('file:'.length))
  throw new AppError('bad-input', `DATABASE_URL: expected "file:<path>", got "${url}"`)
}

/** Opens a migrated database. Rejects with AppError "store" when it is missing, damaged or without tables. */
export async function openDatabase(url: string): Promise<Database> {
  const adapter = new SafeSqlite(databaseFile(url))
  const prisma = new PrismaClient({ adapter })
  const run: Database['run'] = (work) => retryLocked(async () => work(prisma))
  try {
    await run((p) => p.storeLease.count())
  } catch (error) {
    await prisma.$disconnect().catch(() => {})
    throw error
  }
  const freePages = async () => {
    const [row] = await prisma.$queryRaw<{ freelist_count: number | bigint }[]>`PRAGMA freelist_count`
    return Number(row?.freelist_count ?? 0)
  }
  return {
    run,
    durable: (work) => adapter.durable(() => run(work)),
    compact: () => retryLocked(() => adapter.compact(freePages)),
    close: () => prisma.$disconnect().catch((error: unknown) => Promise.reject(storeError(error))),
  }
}

/** Applies what migrations are missing, creating the file where there is none. Rejects with AppError "store". */
export async function migrateDatabase(url: string, root = process.cwd()): Promise<void> {
  const env = { ...process.env, DATABASE_URL: `file:${databaseFile(url)}` }
  const script = path.join(root, 'scripts', 'migrate.mjs')
  try {
    await promisify(execFile)(process.execPath, [script, 'deploy'], { env, cwd: root })
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    const known = storeError({ message: stderr || String(error) })
    const hint = known.hint ?? 'Look at "npm run migrate -- status".'
    throw new AppError('store', `the database could not be migrated: ${stderr?.trim() || String(error)}`, {
      hint,
      cause: error,
    })
  }
}
