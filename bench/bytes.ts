import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'

const size = (file: string) => (existsSync(file) ? statSync(file).size : 0)

/** Everything on the disk (database and WAL: events, raw output, indexes and all) over the ping samples in it. */
export function bytesPerSample(file: string): number {
  const bytes = size(file) + size(`${file}-wal`)
  const database = new Database(file, { readonly: true })
  const row = database
    .prepare(`select sum(lastIndex - firstIndex + 1) as samples from SampleChunk where stream like 'probe:%'`)
    .get() as { samples: number }
  database.close()
  return bytes / row.samples
}
