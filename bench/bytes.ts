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

const DURATION_S = 30

/**
 * What a ping sample takes on the disk: in a database of one TC-2 of 30 s, and, told but not judged, in one of many short
 * runs, where what a run needs whatever its length (commands and their output, lab, report) is a larger share.
 * @param shortRuns file of a database of TC-3 runs that probed for 12 s each
 */
export async function measureBytes(world: World, shortRuns: string): Promise<Figure[]> {
  const app = await App.start([world.labFile])
  const { id } = await app.start(world.id, 'TC-2', { durationS: DURATION_S })
  const { ending } = await app.ended(id)
  await app.stop()
  if (ending !== 'completed') throw new Error(`run ${id}: ${ending}`)
  const unit = 'bytes'
  return [
    medianOf('bytesPerSample', `database + WAL per ping sample, a TC-2 of ${DURATION_S} s`, unit, 4, [
      bytesPerSample(path.join(app.dir, 'app.db')),
    ]),
    medianOf('bytesPerSampleShortRuns', 'the same over a hundred TC-3 of 12 s', unit, null, [
      bytesPerSample(shortRuns),
    ]),
  ]
}
