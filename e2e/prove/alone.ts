import { leavingAsBefore } from '../as-before'
import { App } from '../harness'
import { compareUndisturbed, REFERENCE } from '../reference/accuracy'
import { look } from '../reference/lab-eyes'
import { type Proof, prove } from './table'

/**
 * Further ways to fail the primary, and the verdicts they may have: a forced stop takes the container tool a second or
 * more, so its T0 is an interval and the primary change may be inconclusive; it must never be judged wrong.
 */
const STOPS = [
  ['clean-stop', ['pass']],
  ['force-stop', ['pass', 'inconclusive']],
] as const

async function againstTheStream(app: App, mode: string, verdicts: readonly string[]) {
  const { run, intersects } = await compareUndisturbed(app, { mode })
  const seen = `${run.verdict}, intervals ${intersects ? 'intersect' : 'do not intersect'}, lab as before`
  return { ok: intersects && verdicts.some((each) => each === run.verdict), seen }
}

/** Takes both cores, which is what it is to find out, and leaves other labs none. */
async function atFullSpeed(app: App) {
  const run = await app.ended((await app.start(REFERENCE.id, 'TC-8')).id)
  const reasons = run.criteria.map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`)
  return { ok: run.verdict === 'pass', seen: `${run.verdict}, ${reasons.join(' ')} lab as before` }
}

/** What measures on the reference lab with nothing beside it: TC-3 by the other stops, TC-8 as fast as it goes. */
export async function proveAlone(): Promise<Proof[]> {
  const app = await App.start([REFERENCE.file])
  const leaving = async (work: () => Promise<{ ok: boolean; seen: string }>) => {
    const results: { ok: boolean; seen: string }[] = []
    await leavingAsBefore(REFERENCE.id, look, async () => void results.push(await work()), 0)
    return results[0] ?? { ok: false, seen: 'nothing' }
  }
  const proofs: Proof[] = []
  try {
    for (const [mode, verdicts] of STOPS)
      proofs.push(
        await prove(`TC-3 by ${mode} against the independent stream`, () =>
          leaving(() => againstTheStream(app, mode, verdicts)),
        ),
      )
    proofs.push(await prove('TC-8 as fast as it goes, reference lab', () => leaving(() => atFullSpeed(app))))
  } finally {
    await app.stop()
  }
  return proofs
}
