import path from 'node:path'
import Database from 'better-sqlite3'
import { App, type World } from '../e2e/harness'
import { labCopy } from '../e2e/lab-copy'
import type { SampleRow } from '../server/domain/sample'
import { decodeRows } from '../server/store/chunk-codec'
import { type Figure, medianOf } from './figures'

const ROUNDS = 3
/** Shorter than the defaults, for the time of the benchmark: neither changes what the probes print. */
const VALIDATION_MS = 3000
const PREEMPT_HOLD_MS = 300
const TARGETS = ['internet', 'gateway', 'vip']

type Sent = { tag: string; sequence: number; kind: string }
type Chunk = { firstIndex: number; data: Buffer }

const KINDS: Record<string, number> = { reply: 0, 'no-answer': 1, duplicate: 2, unreachable: 3 }

/** The stored rows of a stream, and how many of its indexes are missing or there twice. */
async function stored(database: Database.Database, runId: string, stream: string) {
  const chunks = database
    .prepare('select firstIndex, data from SampleChunk where runId = ? and stream = ? order by firstIndex')
    .all(runId, stream) as Chunk[]
  const rows: SampleRow[] = []
  let misplaced = 0
  for (const { firstIndex, data } of chunks) {
    misplaced += Math.abs(firstIndex - rows.length)
    for (const row of await decodeRows(data)) rows.push(row)
  }
  return { rows, misplaced }
}

/** Lines that one side has and the other has not, each as often as it was printed. */
function difference(sent: readonly string[], kept: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const line of sent) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of kept) counts.set(line, (counts.get(line) ?? 0) - 1)
  return [...counts.values()].reduce((sum, n) => sum + Math.abs(n), 0)
}

/** TC-3 on ten labs at once, three probes of 200 pps each: what the hosts printed against what the store holds. */
async function round(
  worlds: World[],
  app: App,
  say: (text: string) => void,
): Promise<{ wrong: number; lines: number }> {
  await Promise.all(worlds.map((world) => world.call('sent', { on: true })))
  const runs = await Promise.all(worlds.map(async (world) => ({ world, id: (await app.start(world.id, 'TC-3')).id })))
  await Promise.all(runs.map(({ id }) => app.ended(id)))
  const database = new Database(path.join(app.dir, 'app.db'), { readonly: true })
  let wrong = 0
  let lines = 0
  for (const { world, id } of runs) {
    const sent = await world.call<Sent[]>('sent', { on: false })
    for (const target of TARGETS) {
      const { rows, misplaced } = await stored(database, id, `probe:${target}`)
      const known = sent.filter(({ tag, kind }) => tag === `${id}/probe-${target}` && kind in KINDS)
      lines += known.length
      const differing = difference(
        known.map(({ kind, sequence }) => `${KINDS[kind]} ${sequence % 65_536}`),
        rows.map(([kind, , sequence]) => `${kind} ${sequence}`),
      )
      // A run that did not come so far has lost all of them.
      const more = (known.length === 0 ? 1 : 0) + misplaced + differing
      wrong += more
      if (more > 0) {
        const { ending, message } = await app.run(id)
        const last = known.at(-1)
        const counts = `${known.length} printed, ${rows.length} kept, ${misplaced} misplaced`
        say(
          `${world.id} ${target}: ${counts}; printed last ${last?.kind} ${last?.sequence}; ${ending} ${message ?? ''}`,
        )
      }
    }
  }
  database.close()
  return { wrong, lines }
}

/** Every world at once, in each round. */
export async function measureMultiLab(worlds: World[], say: (text: string) => void): Promise<Figure[]> {
  await Promise.all(worlds.map((world) => world.call('options', { preemptHoldMs: PREEMPT_HOLD_MS })))
  const app = await App.start(
    worlds.map(({ labFile }) => labCopy(labFile, ['expectations', 'validationMs'], VALIDATION_MS)),
  )
  const rounds: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const { wrong, lines } = await round(worlds, app, say)
    rounds.push(wrong)
    say(`labs at once ${i + 1} of ${ROUNDS}: ${wrong} of ${lines} lines lost or doubled`)
  }
  await app.stop()
  const title = `samples lost or doubled with ${worlds.length} labs at once, worst round`
  // One lost sample is one too many: the worst round is judged, not the median.
  return [{ ...medianOf('multiLab.wrong', title, '', 0, rounds), median: Math.max(...rounds) }]
}
