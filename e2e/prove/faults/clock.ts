import { look as lookAtWorld, outageSince } from '../../contract/lab-eyes'
import type { App, RunAnswer, World } from '../../harness'
import { compareOnce } from '../../reference/accuracy'
import { INCUS, look } from '../../reference/lab-eyes'
import { afterwards } from '../afterwards'
import { here } from './lab-host'
import { type Moment, waitFor } from './under'

const NODES = ['bpfrx-fw0', 'bpfrx-fw1']
const STEP_S = 30

/** Which clock is set by how much, s. */
export type Setting = { node: string; byS: number }

/** The clock of the node that is to fail, by which the fault is stamped, more often than the other's. */
export const settingBy = (random: () => number): Setting => ({
  node: NODES[random() < 0.75 ? 0 : 1] ?? '',
  byS: random() < 0.5 ? STEP_S : -STEP_S,
})

/** Steps between the two readings of the clocks: whoever sets one there is noticed. */
const WATCHED = ['probes', 'fault', 'wait', 'settle']

/**
 * What is wrong with a run whose clock was set in a step; null when nothing is. It may say less, never something else, and
 * says why.
 */
function wrongWith(run: RunAnswer, { node }: Setting, step: string): string | null {
  const isNoted = run.notes.some((note) => note.startsWith(`The clock of ${node} was set by about`))
  if (run.verdict === 'fail') return `judged wrong: ${JSON.stringify(run.criteria.filter((c) => c.verdict === 'fail'))}`
  if (WATCHED.includes(step) && !isNoted) return 'it does not say that the clock was set'
  return null
}

const stepOf = async (app: App, id: string) => (await app.run(id)).steps.at(-1)?.id ?? 'the queue'

async function result(
  app: App,
  eyes: () => Promise<unknown>,
  before: unknown,
  run: RunAnswer,
  covers: boolean,
  wrong: string | null,
) {
  const { ok, seen } = await afterwards(app, eyes, before, run, { endings: ['completed'], orQuarantined: true })
  const noted = run.notes.find((note) => note.startsWith('The clock of'))
  return {
    ok: ok && covers && wrong === null,
    seen: `${run.verdict}, interval ${covers ? 'covers the truth' : 'MISSES the truth'}, ${seen}${noted ? ` ("${noted}")` : ''}${wrong ? `, BUT ${wrong}` : ''}`,
  }
}

/** On the reference lab `date` and the journal's stamps of the node; the truth is the independent stream's. */
export async function clockSetOnReference(app: App, moment: Moment, setting: Setting) {
  const { node, byS } = setting
  const before = await look()
  const set = (to: string) => here(INCUS, 'exec', node, '--', 'bpfrx-clock', to)
  let step = ''
  try {
    const { run, intersects } = await compareOnce(app, {}, async (id) => {
      await waitFor(app, id, moment)
      step = await stepOf(app, id)
      await set(String(byS))
    })
    await set('off')
    const { ok, seen } = await result(app, look, before, run, intersects, wrongWith(run, setting, step))
    return { ok, seen: `${node} by ${byS} s in "${step}": ${seen}` }
  } finally {
    await set('off')
  }
}

export async function clockSetOnEmbedded(app: App, world: World, moment: Moment, setting: Setting) {
  const { node, byS } = setting
  const eyes = () => lookAtWorld(world)
  const before = await eyes()
  const set = (seconds: number) => world.call('clock', { machine: node, offsetMs: seconds * 1000 })
  const { id } = await app.start(world.id, 'TC-3')
  try {
    await waitFor(app, id, moment)
    const step = await stepOf(app, id)
    await set(byS)
    const run = await app.ended(id)
    const truthMs = await outageSince(world, run.startedAt ?? 0)
    const { ms, plusMs, minusMs } = run.measurements.failoverTime ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
    const covers = ms - minusMs <= truthMs && truthMs <= ms + plusMs
    const { ok, seen } = await result(app, eyes, before, run, covers, wrongWith(run, setting, step))
    return { ok, seen: `${node} by ${byS} s in "${step}": ${seen}` }
  } finally {
    await set(0)
  }
}
