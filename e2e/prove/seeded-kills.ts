import { setTimeout as sleep } from 'node:timers/promises'
import { CASES, isOnWan } from '../contract/interrupt'
import { App } from '../harness'
import { REFERENCE } from '../reference/accuracy'
import { look } from '../reference/lab-eyes'
import { afterwards } from './afterwards'
import { momentIn } from './random'
import { type Proof, prove } from './table'

/** Each of the first cases, which others build on, so often; the later ones once. */
const KILLS = 3
const OFTEN = ['TC-1', 'TC-2', 'TC-4']
/** Killed five times among the faults. */
const ELSEWHERE = 'TC-3'
const PARAMS: Record<string, Record<string, unknown>> = { 'TC-2': { durationS: 5 }, 'TC-8': { durationS: 20 } }

/** A lab whose runs are killed, how it is looked at past the product, and how long its cases last. */
type Killed = { id: string; look: () => Promise<unknown>; params: Record<string, Record<string, unknown>> }
const CLUSTER: Killed = { id: REFERENCE.id, look, params: PARAMS }

const begin = (app: App, caseId: string, { id, params } = CLUSTER) => app.start(id, caseId, params[caseId] ?? {})

/** A run that nobody disturbs, and how long it took. */
export async function undisturbed(app: App, caseId: string): Promise<{ proof: Proof; tookMs: number }> {
  const startedMs = Date.now()
  const proof = await prove(`${caseId}: undisturbed, reference lab`, async () => {
    const run = await app.ended((await begin(app, caseId)).id)
    return { ok: run.ending === 'completed' && !run.dirty, seen: `${run.ending}, ${run.verdict}` }
  })
  return { proof, tookMs: Date.now() - startedMs }
}

/** kill -9 of the app so long after the start of a run, and a start of it anew. */
export async function killAfter(app: App, caseId: string, afterMs: number, lab = CLUSTER) {
  const before = await lab.look()
  const { id } = await begin(app, caseId, lab)
  await sleep(afterMs)
  const { steps } = await app.run(id)
  await app.kill()
  const killedMs = Date.now()
  await app.restart()
  const run = await app.ended(id)
  // The last moments of a run may be over between the look at it and the kill.
  const wasOver = run.endedAt !== null && run.endedAt <= killedMs
  const result = await afterwards(app, lab.look, before, run, { endings: [wasOver ? 'completed' : 'interrupted'] })
  return { ...result, seen: `in "${steps.at(-1)?.id ?? 'the queue'}": ${result.seen}` }
}

/** kill -9 of the app at seeded moments of every case on the reference lab, each followed by a restart. */
export async function proveSeededKills(random: () => number): Promise<Proof[]> {
  const app = await App.start([REFERENCE.file])
  const proofs: Proof[] = []
  try {
    for (const caseId of CASES.filter((each) => !isOnWan(each) && each !== ELSEWHERE)) {
      const { proof, tookMs } = await undisturbed(app, caseId)
      proofs.push(proof)
      for (const afterMs of Array.from({ length: OFTEN.includes(caseId) ? KILLS : 1 }, () =>
        momentIn(tookMs, random()),
      )) {
        const what = `${caseId}: kill -9 of the app ${(afterMs / 1000).toFixed(1)} s after its start, reference lab`
        proofs.push(await prove(what, () => killAfter(app, caseId, afterMs)))
      }
    }
  } finally {
    await app.stop()
  }
  return proofs
}
