import type { App, RunAnswer } from './harness'

const TRIES = 3

/** Does something again, twice at most, while `disturbance` says why its result is none: all tests share two cores. */
export async function undisturbed<T>(once: () => Promise<T>, disturbance: (result: T) => string | null): Promise<T> {
  for (let tries = 1; ; tries++) {
    const result = await once()
    const why = disturbance(result)
    if (why === null || tries === TRIES) return result
    console.log(`set aside: ${why}`)
  }
}

/** Why a run is inconclusive; null when it is not. */
export const whyInconclusive = ({ id, verdict, criteria }: RunAnswer): string | null =>
  verdict === 'inconclusive' ? `run ${id}: ${criteria.find((each) => each.verdict !== 'pass')?.reason}` : null

/** A host that gives no answer for three seconds is held for lost, and the run ends in an error, as it should. */
const whyLost = ({ id, ending, message }: RunAnswer): string | null =>
  ending === 'error' && message?.includes('the SSH connection was lost') ? `run ${id}: ${message}` : null

/** A run to its end, whose lab host answered. */
export const answered = (app: App, lab: string, caseId: string, params: Record<string, unknown> = {}) =>
  undisturbed(async () => app.ended((await app.start(lab, caseId, params)).id), whyLost)
