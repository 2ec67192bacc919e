import { setTimeout as sleep } from 'node:timers/promises'
import { type App, type RunAnswer, until } from '../../harness'
import { afterwards } from '../afterwards'

/** What is done to a lab, or to the way there, in the middle of a run. */
export type Disturbance = {
  /** How a run may end for it. */
  endings: readonly string[]
  /** Does it and resolves when it is over, with what was done in words. */
  strike: () => Promise<string>
  /** Puts back whatever it may have left, also when all is well. */
  heal?: () => Promise<unknown>
  /** What is wrong with the run besides; null when nothing is. */
  wrong?: (run: RunAnswer) => string | null
}

/** When it is done: so long after the start of the run, or after the start of a step. */
export type Moment = { step?: string; afterMs: number }

export type Lab = { id: string; look: () => Promise<unknown> }

/** Whatever happens to it, a run is over within this time. */
const BOUND_MS = 240_000
const ASK_EVERY_MS = 200

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
export const momentText = ({ step, afterMs }: Moment): string =>
  `${inSeconds(afterMs)} ${step ? `into "${step}"` : 'after its start'}`

export async function waitFor(app: App, id: string, { step, afterMs }: Moment): Promise<void> {
  const hasBegun = async () => (await app.run(id)).steps.some((begun) => begun.id === step)
  if (step) await until(`step ${step} has begun`, hasBegun, BOUND_MS, ASK_EVERY_MS)
  await sleep(afterMs)
}

/** One TC-3 with a disturbance in it, looked at afterwards. */
export async function under(app: App, lab: Lab, moment: Moment, disturbance: Disturbance) {
  const { endings, strike, heal = async () => {}, wrong = () => null } = disturbance
  const before = await lab.look()
  const { id } = await app.start(lab.id, 'TC-3')
  try {
    await waitFor(app, id, moment)
    const step = (await app.run(id)).steps.at(-1)?.id ?? 'the queue'
    const did = await strike()
    const run = await app.ended(id, BOUND_MS)
    await heal()
    const result = await afterwards(app, lab.look, before, run, { endings, orQuarantined: true })
    const problem = wrong(run)
    const said = run.message ? ` ("${run.message}")` : ''
    return {
      ok: result.ok && problem === null,
      seen: `in "${step}", ${did}: ${run.verdict}, ${result.seen}${said}${problem ? `, BUT ${problem}` : ''}`,
    }
  } finally {
    await heal()
  }
}
