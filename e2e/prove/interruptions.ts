import { CASES, cancelIn, isOnWan, killIn, stepsOf, worldFor } from '../contract/interrupt'
import { App } from '../harness'
import { afterwards } from './afterwards'
import { isCaseWanted, type Proof, prove } from './table'

/** Cases that are interrupted side by side, the longest first; each has a lab and an app of its own to kill. */
const LONG = ['TC-4', 'TC-7']
/** These do what WAN-2 does with other numbers: what they have set is what may be left. */
const AS_WAN_2 = ['WAN-3', 'WAN-4', 'WAN-5']
const WAN_LANE = ['WAN-1', 'WAN-2', ...AS_WAN_2]
const LANES = [LONG, CASES.filter((caseId) => !LONG.includes(caseId) && !isOnWan(caseId)), WAN_LANE]

const stepsIn = (caseId: string): string[] =>
  stepsOf(caseId).filter((step) => !AS_WAN_2.includes(caseId) || step === 'degrade' || step === 'restore')

async function interruptionsOf(caseId: string): Promise<Proof[]> {
  const { world, eyes } = await worldFor(caseId)
  const app = await App.start([world.labFile])
  const proofs: Proof[] = []
  try {
    for (const step of stepsIn(caseId)) {
      const before = await eyes()
      // A restore cannot be cancelled any more: the run has ended otherwise by then.
      if (step !== 'restore')
        proofs.push(
          await prove(`${caseId}: cancel in "${step}"`, async () =>
            afterwards(app, eyes, before, await cancelIn(app, world, caseId, step), { endings: ['cancelled'] }),
          ),
        )
      proofs.push(
        await prove(`${caseId}: kill -9 of the app in "${step}"`, async () =>
          afterwards(app, eyes, before, await killIn(app, world, caseId, step), { endings: ['interrupted'] }),
        ),
      )
    }
  } finally {
    await app.stop()
    await world.close()
  }
  return proofs
}

/**
 * Cancel and kill -9 in every step of every case on the embedded labs; the step stands still on a held command meanwhile.
 * Of cases with the same steps one is interrupted in all of them.
 */
export async function proveInterruptions(): Promise<Proof[]> {
  const lanes = LANES.map(async (cases) => {
    const proofs: Proof[] = []
    for (const caseId of cases.filter(isCaseWanted)) proofs.push(...(await interruptionsOf(caseId)))
    return proofs
  })
  return (await Promise.all(lanes)).flat()
}
