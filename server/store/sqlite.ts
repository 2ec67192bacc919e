import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'

/** Everything that only SQLite has is in this file. */
const ON_OPEN = [
  'PRAGMA journal_mode=WAL',
  'PRAGMA synchronous=NORMAL',
  'PRAGMA foreign_keys=ON',
  // After a burst the write-ahead log shrinks again instead of staying at its largest.
  'PRAGMA journal_size_limit=262144',
].join(';')

/** better-sqlite3 waits for a lock on the event loop itself: wait briefly there, and retry outside (errors.ts). */
const BUSY_TIMEOUT_MS = 10

const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * The adapter has one connection and serialises only transactions against each other: a plain query issued while a
 * transaction is open would run inside it and be undone by its rollback. Here plain queries wait until none is open.
 */
export class SafeSqlite extends PrismaBetterSqlite3 {
  #adapter: SqlDriverAdapter | null = null
  #durable: Promise<unknown> = Promise.resolve()

  /** `file`: path of the database. */
  constructor(file: string) {
    super({ url: `file:${file}`, timeout: BUSY_TIMEOUT_MS })
  }

  override async connect(): Promise<SqlDriverAdapter> {
    const adapter = serialised(await super.connect())
    await adapter.executeScript(ON_OPEN)
    this.#adapter = adapter
    return adapter
  }

  async #script(sql: string): Promise<void> {
    await this.#adapter?.executeScript(sql)
  }

  /** What `work` commits is on the disk when it resolves, also after a power failure. */
  durable<T>(work: () => Promise<T>): Promise<T> {
    const turn = async () => {
      await this.#script('PRAGMA synchronous=FULL')
      try {
        return await work()
      } finally {
        await this.#script('PRAGMA synchronous=NORMAL')
      }
    }
    const result = this.#durable.then(turn, turn)
    this.#durable = result.catch(() => {})
    return result
  }

  /** Gives free pages back to the file system and empties the write-ahead log, a little at a time. */
  async compact(freePages: () => Promise<number>): Promise<void> {
    for (let left = await freePages(); left > 0; ) {
      await this.#script('PRAGMA incremental_vacuum(256)')
      await nextTick()
      const now = await freePages()
      if (now >= left) break
      left = now
    }
    await this.#script('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}

function serialised(adapter: SqlDriverAdapter): SqlDriverAdapter {
  let open: Promise<void> | null = null
  const afterTransaction =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      while (open) await open
      return work(...args)
    }
  adapter.queryRaw = afterTransaction(adapter.queryRaw.bind(adapter))
  adapter.executeRaw = afterTransaction(adapter.executeRaw.bind(adapter))
  adapter.executeScript = afterTransaction(adapter.executeScript.bind(adapter))
  const start = adapter.startTransaction.bind(adapter)
  adapter.startTransaction = async (isolation) => {
    while (open) await open
    let done = () => {}
    open = new Promise<void>((resolve) => {
      done = () => {
        open = null
        resolve()
      }
    })
    try {
      const transaction = await start(isolation)
      const { commit, rollback } = transaction
      transaction.commit = () => commit.call(transaction).finally(done)
      transaction.rollback = () => rollback.call(transaction).finally(done)
      return transaction
    } catch (error) {
      done()
      throw error
    }
  }
  return adapter
}
