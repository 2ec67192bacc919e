import { CASES, isOnWan } from '../contract/interrupt'
import { App } from '../harness'
import { look, untilOnFirst } from '../reference-wan/lab-eyes'
import { badLinks } from '../reference-wan/link-loss'
import { PASSWORD, type RealWan, realWans } from '../reference-wan/real-wan'
import { REAL_WAN_PARAMS } from '../vectors/wan'
import { momentIn } from './random'
import { killAfter } from './seeded-kills'
import { isCaseWanted, type Proof, prove } from './table'

const LABS = 3
const KILLS = 2
/** What a run lasts beyond its parameter: it reads, learns what is normal and restores, ms. */
const BESIDE_MS = 30_000

const lastsMs = (caseId: string): number => 1000 * Number(REAL_WAN_PARAMS[caseId]?.durationS) + BESIDE_MS

/** The lab as it is once the traffic is on its first link. Rejects when a link does not read and measure good. */
async function lookAtGood(lab: RealWan): Promise<unknown> {
  await untilOnFirst(lab)
  const bad = await badLinks(lab)
  if (bad.length > 0) throw new Error(`links are not good: ${bad.join('; ')}`)
  return look(lab)
}

/** kill -9 of the app at seeded moments of every WAN case on reference WAN labs, each followed by a restart. */
export async function proveKillsOnReferenceWan(random: () => number): Promise<Proof[]> {
  const kills = CASES.filter((caseId) => isOnWan(caseId) && isCaseWanted(caseId)).flatMap((caseId) =>
    Array.from({ length: KILLS }, () => ({ caseId, afterMs: momentIn(lastsMs(caseId), random()) })),
  )
  const { labs, close } = await realWans(LABS)
  const lane = async (lab: RealWan): Promise<Proof[]> => {
    const app = await App.start([lab.file], undefined, PASSWORD)
    const killed = { id: lab.id, look: () => lookAtGood(lab), params: REAL_WAN_PARAMS }
    const proofs: Proof[] = []
    try {
      for (let kill = kills.shift(); kill; kill = kills.shift()) {
        const { caseId, afterMs } = kill
        const what = `${caseId}: kill -9 of the app ${(afterMs / 1000).toFixed(1)} s after its start, reference WAN lab`
        proofs.push(await prove(what, () => killAfter(app, caseId, afterMs, killed)))
      }
    } finally {
      await app.stop()
    }
    return proofs
  }
  try {
    return (await Promise.all(labs.map(lane))).flat()
  } finally {
    await close()
  }
}
