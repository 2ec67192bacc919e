import { isDeepStrictEqual } from 'node:util'
import { CASES, isOnWan, standIn, worldFor } from '../contract/interrupt'
import { App, until } from '../harness'
import { labCopy } from '../lab-copy'
import { REFERENCE } from '../reference/accuracy'
import { look as lookAtReference, roles } from '../reference/lab-eyes'
import { historyIsWhole } from './afterwards'
import { isCaseWanted, type Proof, prove } from './table'

const LEASE_S = 10

/** Where the app goes: while the case does what it does, from TC-3 on with what it has broken or set. */
const GONE_IN: Record<string, string> = {
  ...{ 'TC-1': 'read', 'TC-2': 'watch', 'TC-3': 'settle', 'TC-4': 'probes' },
  ...{ 'TC-5': 'refuse', 'TC-6': 'sync', 'TC-7': 'settle', 'TC-8': 'load', 'TC-9': 'request', 'TC-10': 'watch' },
  ...{ 'WAN-1': 'cut-starlink-2', 'WAN-2': 'degrade', 'WAN-3': 'degrade', 'WAN-4': 'degrade', 'WAN-5': 'degrade' },
}
/** Those after whose kill the lab is not as it was. */
const FAULTY = ['TC-3', 'TC-4', 'TC-5', 'TC-7', 'TC-10', 'WAN-1']

const withShortLease = (file: string) => labCopy(file, ['leaseS'], LEASE_S)

type Look = () => Promise<unknown>

/** `isBroken`: whether the lab, looked at right after the kill, is changed as the case changes it. */
async function goneForGood(app: App, id: string, before: unknown, lookAgain: Look, isBroken: () => Promise<boolean>) {
  await app.kill()
  const killedMs = Date.now()
  const broken = await isBroken()
  await until(
    'the lab has reverted by itself',
    async () => isDeepStrictEqual(await lookAgain().catch(() => null), before),
    90_000,
  )
  const tookS = ((Date.now() - killedMs) / 1000).toFixed(1)
  await app.restart()
  const run = await app.ended(id)
  const whole = await historyIsWhole(app)
  return {
    ok: broken && run.ending === 'interrupted' && !run.dirty && whole,
    seen: `${broken ? '' : 'NOT broken at the kill, '}lab as before ${tookS} s after the kill (lease ${LEASE_S} s), ${run.ending} after the next start, history ${whole ? 'whole' : 'NOT whole'}`,
  }
}

async function onEmbedded(caseId: string) {
  const { world, eyes } = await worldFor(caseId)
  const app = await App.start([withShortLease(world.labFile)])
  try {
    const before = await eyes()
    const id = await standIn(app, world, caseId, GONE_IN[caseId] ?? '')
    await world.call('release')
    const isChanged = async () => !isDeepStrictEqual(await eyes().catch(() => null), before)
    return await goneForGood(app, id, before, eyes, async () => !FAULTY.includes(caseId) || isChanged())
  } finally {
    await app.stop()
    await world.close()
  }
}

async function onReference() {
  const app = await App.start([withShortLease(REFERENCE.file)])
  try {
    const [before, rolesBefore] = [await lookAtReference(), await roles()]
    const { id } = await app.start(REFERENCE.id, 'TC-3')
    await until('the fault is injected', async () => (await app.run(id)).steps.some((step) => step.id === 'settle'))
    return await goneForGood(
      app,
      id,
      before,
      lookAtReference,
      async () => !isDeepStrictEqual(await roles(), rolesBefore),
    )
  } finally {
    await app.stop()
  }
}

/** The app is killed in mid-run and does not come back: the lab host reverts by itself at the lease's deadline. */
export async function proveGoneOnEmbedded(): Promise<Proof[]> {
  const lane = async (cases: readonly string[]): Promise<Proof[]> => {
    const proofs: Proof[] = []
    for (const caseId of cases)
      proofs.push(await prove(`${caseId}: app gone for good, embedded lab`, () => onEmbedded(caseId)))
    return proofs
  }
  const wanted = CASES.filter(isCaseWanted)
  const lanes = [wanted.filter((caseId) => !isOnWan(caseId)), wanted.filter(isOnWan)]
  return (await Promise.all(lanes.map(lane))).flat()
}

/** The same with TC-3 on the reference lab, which must be up. */
export const proveGoneOnReference = async (): Promise<Proof[]> => [
  await prove('TC-3: app gone for good, reference lab', onReference),
]
