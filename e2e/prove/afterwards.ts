import { isDeepStrictEqual } from 'node:util'
import type { App, RunAnswer } from '../harness'

/** Every leaf by its path. */
function* leavesOf(value: unknown, at = ''): Generator<[path: string, text: string]> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) yield [at, JSON.stringify(value)]
  else for (const [key, each] of Object.entries(value)) yield* leavesOf(each, `${at}/${key}`)
}

/** What one look shows and the other does not, "path: before -> after". */
function differencesOf(before: unknown, after: unknown): string[] {
  const [old, now] = [new Map(leavesOf(before)), new Map(leavesOf(after))]
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path))
  return paths.map((path) => `${path}: ${old.get(path)} -> ${now.get(path)}`.slice(0, 200))
}

/** Every run is there, with an ending, and its events run from 1 without a gap. */
export async function historyIsWhole(app: App): Promise<boolean> {
  const { runs } = await app.get<{ runs: { id: string; ending: string | null }[] }>('/api/v1/runs?limit=200')
  for (const { id, ending } of runs) {
    const lines = (await (await fetch(`${app.url}/api/v1/runs/${id}/events`)).text()).trim().split('\n')
    const whole = lines.every((line, i) => (JSON.parse(line) as { seq: number }).seq === i + 1)
    if (ending === null || !whole) return false
  }
  return runs.length > 0
}

const isQuarantined = async (app: App, lab: string) =>
  (await app.get<{ quarantine: unknown }>(`/api/v1/labs/${lab}/status`)).quarantine !== null

/** What a disturbed run must end like; `orQuarantined`: a lab that is not as before may also be marked so and kept from runs. */
type Expected = { endings: readonly string[]; orQuarantined?: boolean }

/** Whether it did, saying why, with the lab as before by the lab's own eyes and the history whole. */
export async function afterwards(
  app: App,
  look: () => Promise<unknown>,
  before: unknown,
  run: RunAnswer,
  { endings, orQuarantined = false }: Expected,
) {
  const after = await look()
  const restored = isDeepStrictEqual(after, before)
  const whole = await historyIsWhole(app)
  const differs = restored ? 'lab as before' : `lab differs: ${differencesOf(before, after).slice(0, 5).join('; ')}`
  const isKept = run.dirty && orQuarantined && (await isQuarantined(app, run.lab))
  const dirty = run.dirty ? `, marked DIRTY${isKept ? ' and quarantined' : ''}` : ''
  const isTold = run.ending === 'completed' || Boolean(run.message)
  return {
    ok: endings.includes(run.ending ?? '') && isTold && ((restored && !run.dirty) || isKept) && whole,
    seen: `${run.ending}, ${differs}${dirty}, history ${whole ? 'whole' : 'NOT whole'}`,
  }
}
