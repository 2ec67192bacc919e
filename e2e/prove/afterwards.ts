import type { App, RunAnswer } from '../harness'

export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

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

/** Whether an interrupted run ended as it must: its ending, the lab as before by its own eyes, the history whole. */
export async function afterwards(
  app: App,
  look: () => Promise<unknown>,
  before: unknown,
  run: RunAnswer,
  ending: string,
) {
  const after = await look()
  const restored = same(after, before)
  const whole = await historyIsWhole(app)
  const differs = restored ? 'lab as before' : `lab differs: ${JSON.stringify(after)}`
  return {
    ok: run.ending === ending && restored && whole && !run.dirty,
    seen: `${run.ending}, ${differs}${run.dirty ? ', marked DIRTY' : ''}, history ${whole ? 'whole' : 'NOT whole'}`,
  }
}
