import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors'

type Failure = { kind: 'locked' | 'disk-full' | 'disk' | 'read-only' | 'missing' | 'corrupt' | 'other'; text: string }

/** Everything that an error and its causes say; drivers hide the useful part at different depths. */
function texts(error: unknown, depth = 0): string {
  if (depth > 5 || typeof error !== 'object' || error === null) return String(error ?? '')
  const { name, code, kind, message, cause, meta } = error as Record<string, unknown>
  const own = [name, code, kind, message].filter((part) => typeof part === 'string').join(' ')
  return [own, cause && texts(cause, depth + 1), meta && texts(meta, depth + 1)].filter(Boolean).join(' | ')
}

const RULES: [Failure['kind'], RegExp][] = [
  ['locked', /SQLITE_BUSY|SQLITE_LOCKED|SocketTimeout|database (table )?is locked|P1008/],
  ['disk-full', /SQLITE_FULL|database or disk is full|ENOSPC/],
  ['disk', /SQLITE_IOERR|disk I\/O error|EIO/],
  ['read-only', /SQLITE_READONLY|readonly database|EROFS/],
  ['missing', /SQLITE_CANTOPEN|unable to open database|TableDoesNotExist|does not exist in the current database|P2021/],
  ['corrupt', /SQLITE_CORRUPT|SQLITE_NOTADB|malformed|not a database/],
]

export function classify(error: unknown): Failure {
  const text = texts(error)
  return { kind: RULES.find(([, rule]) => rule.test(text))?.[0] ?? 'other', text }
}

const SHOWN: Record<Exclude<Failure['kind'], 'other'>, [message: string, hint: string]> = {
  locked: [
    'the database is locked by another program',
    'Close what else has the database open (a backup, sqlite3, a second instance), then try again.',
  ],
  'disk-full': ['the disk with the database is full', 'Free some space where DATABASE_URL points, then try again.'],
  disk: [
    'the disk with the database does not take or give what it should',
    'Look at its free space (df -h) and its health (dmesg) where DATABASE_URL points, then try again.',
  ],
  'read-only': [
    'the database cannot be written',
    'Give the user that runs the app write permission to the database file and its folder (DATABASE_URL).',
  ],
  missing: [
    'the database is missing or has no tables',
    'Run "npm run migrate -- deploy"; check that the folder in DATABASE_URL exists.',
  ],
  corrupt: ['the database file is damaged', 'Restore it from a backup, or move it away to start with an empty one.'],
}

/** Any failure of the store, as an AppError of code "store"; AppErrors pass unchanged. */
export function storeError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { kind, text } = classify(error)
  if (kind === 'other') return new AppError('store', `the database refused: ${text.slice(0, 500)}`, { cause: error })
  const [message, hint] = SHOWN[kind]
  return new AppError('store', message, { hint, cause: error })
}

const RETRY_FOR_MS = 2000

/** Runs `work` again while the database is locked, up to 2 s, with the event loop free in between. */
export async function retryLocked<T>(work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + RETRY_FOR_MS
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 100)) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() + waitMs > giveUpAt || classify(error).kind !== 'locked') throw storeError(error)
      await sleep(waitMs)
    }
  }
}
