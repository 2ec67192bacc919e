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

/** TC-3 by a clean and by a forced stop against the independent stream; each leaves the lab as it was. */
export async function proveStops(): Promise<Proof[]> {
  const app = await App.start([REFERENCE.file])
  const proofs: Proof[] = []
  try {
    for (const [mode, verdicts] of STOPS)
      proofs.push(
        await prove(`TC-3 by ${mode} against the independent stream`, async () => {
          let seen = ''
          let ok = false
          const compare = async () => {
            const { run, intersects } = await compareUndisturbed(app, { mode })
            ok = intersects && verdicts.some((each) => each === run.verdict)
            seen = `${run.verdict}, intervals ${intersects ? 'intersect' : 'do not intersect'}, lab as before`
          }
          await leavingAsBefore(REFERENCE.id, look, compare, 0)
          return { ok, seen }
        }),
      )
  } finally {
    await app.stop()
  }
  return proofs
}
