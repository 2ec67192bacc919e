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

type Interruption = { how: 'cancel' | 'kill -9 of the app'; step: string }

/** A restore cannot be cancelled any more: the run has ended otherwise by then. */
const interruptionsIn = (caseId: string): Interruption[] =>
  stepsIn(caseId).flatMap((step) => [
    ...(step === 'restore' ? [] : [{ how: 'cancel', step } as const]),
    { how: 'kill -9 of the app', step } as const,
  ])

async function interruptionsOf(caseId: string, interruptions = interruptionsIn(caseId)): Promise<Proof[]> {
  const { world, eyes } = await worldFor(caseId)
  const app = await App.start([world.labFile])
  const proofs: Proof[] = []
  try {
    for (const interruption of interruptions) {
      const { how, step } = interruption
      const before = await eyes()
      const [interrupt, ending] =
        how === 'cancel' ? ([cancelIn, 'cancelled'] as const) : ([killIn, 'interrupted'] as const)
      const proof = await prove(`${caseId}: ${how} in "${step}"`, async () =>
        afterwards(app, eyes, before, await interrupt(app, world, caseId, step), { endings: [ending] }),
      )
      proofs.push({ ...proof, again: { rows: 1, prove: () => interruptionsOf(caseId, [interruption]) } })
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
