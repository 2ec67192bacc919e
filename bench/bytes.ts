import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { App, type World } from '../e2e/harness'
import { type Figure, medianOf } from './figures'

const size = (file: string) => (existsSync(file) ? statSync(file).size : 0)

/** Everything on the disk (database and WAL: events, raw output, indexes and all) over the ping samples in it. */
function bytesPerSample(file: string): number {
  const bytes = size(file) + size(`${file}-wal`)
  const database = new Database(file, { readonly: true })
  const row = database
    .prepare(`select sum(lastIndex - firstIndex + 1) as samples from SampleChunk where stream like 'probe:%'`)
    .get() as { samples: number }
  database.close()
  return bytes / row.samples
}

const DURATION_S = 60

/** What a ping sample takes on the disk, in a database of one TC-2 of a minute and all that belongs to it. */
export async function measureBytes(world: World): Promise<Figure> {
  const app = await App.start([world.labFile])
  const { id } = await app.start(world.id, 'TC-2', { durationS: DURATION_S })
  const { ending } = await app.ended(id)
  await app.stop()
  if (ending !== 'completed') throw new Error(`run ${id}: ${ending}`)
  const title = `database + WAL per ping sample, a TC-2 of ${DURATION_S} s`
  return medianOf('bytesPerSample', title, 'bytes', 4, [bytesPerSample(path.join(app.dir, 'app.db'))])
}

/** The same over TC-3 runs of 12 s: told, not judged. What a run needs whatever its length is half of it there. */
export const bytesOfShortRuns = (file: string): Figure =>
  medianOf('bytesPerSampleShortRuns', 'the same over a hundred TC-3 of 12 s', 'bytes', null, [bytesPerSample(file)])
