import { App, World } from '../harness'
import { REFERENCE } from '../reference/accuracy'
import { look } from '../reference/lab-eyes'
import { historyIsWhole } from './afterwards'
import { clockSetOnEmbedded, clockSetOnReference, settingBy } from './faults/clock'
import { onSmallDisk } from './faults/disk'
import { frozenBesides, frozenInOutage } from './faults/freeze'
import { sshCut, sshdStopped } from './faults/ssh'
import { type Moment, momentText, under } from './faults/under'
import { momentsOf } from './random'
import { killAfter, undisturbed } from './seeded-kills'
import { isWanted, type Proof, prove } from './table'

const TIMES = Number(process.env.TIMES ?? 5)
/** A primary that crashes is away for 2.6 s at least. */
const OUTAGE_MS = 2500
const LAB = { id: REFERENCE.id, look }

/** All faults by name, each proven so often. */
type Faults = Record<string, () => Promise<Proof[]>>

function onReference(app: App, tookMs: number, random: () => number): Faults {
  const moments = (): Moment[] => momentsOf(random, TIMES, tookMs).map((afterMs) => ({ afterMs }))
  const each = async (what: string, at: readonly Moment[], work: (moment: Moment) => ReturnType<typeof under>) => {
    const proofs: Proof[] = []
    for (const moment of at)
      proofs.push(await prove(`TC-3: ${what} ${momentText(moment)}, reference lab`, () => work(moment)))
    return proofs
  }
  return {
    cut: () => each('SSH connection cut', moments(), (moment) => under(app, LAB, moment, sshCut(random() < 0.5))),
    sshd: () => each('sshd stopped for 20 s', moments(), (moment) => under(app, LAB, moment, sshdStopped)),
    killed: () => each('kill -9 of the dashboard', moments(), ({ afterMs }) => killAfter(app, 'TC-3', afterMs)),
    frozen: async () => {
      const inOutage = Array.from({ length: TIMES }, () => ({ step: 'wait', afterMs: OUTAGE_MS * random() }))
      const besides = ['probes', 'settle'].map((step) => ({ step, afterMs: 1000 + 1500 * random() }))
      return [
        ...(await each('LAN host frozen for 3 s', inOutage, (moment) => under(app, LAB, moment, frozenInOutage))),
        ...(await each('LAN host frozen for 3 s', besides, (moment) => under(app, LAB, moment, frozenBesides))),
      ]
    },
    disk: async () => {
      const proofs: Proof[] = []
      await onSmallDisk(async (small, diskFull) => {
        proofs.push(
          ...(await each('disk full under the database', moments(), async (moment) =>
            under(small, LAB, moment, await diskFull()),
          )),
        )
        await small.kill()
        await small.restart()
        proofs.push(
          await prove('disk full under the database: the history after a restart', async () => {
            const whole = await historyIsWhole(small)
            return { ok: whole, seen: whole ? 'whole' : 'NOT whole' }
          }),
        )
      })
      return proofs
    },
    clock: () =>
      each('clock of a node set by 30 s', moments(), (moment) => clockSetOnReference(app, moment, settingBy(random))),
  }
}

/** How long a TC-3 takes on the embedded lab, to its restore. */
const EMBEDDED_MS = 20_000

/** A run of TC-3 on the embedded lab with a node's clock set by 30 s, five times at seeded moments. */
export async function proveClockOnEmbedded(random: () => number): Promise<Proof[]> {
  if (!isWanted('FAULTS', 'embedded-clock')) return []
  const world = await World.startAlone('embedded')
  const app = await App.start([world.labFile])
  const proofs: Proof[] = []
  try {
    for (const afterMs of momentsOf(random, TIMES, EMBEDDED_MS)) {
      const setting = settingBy(random)
      const what = `TC-3: clock of a node set by 30 s ${momentText({ afterMs })}, embedded lab`
      proofs.push(await prove(what, () => clockSetOnEmbedded(app, world, { afterMs }, setting)))
    }
  } finally {
    await app.stop()
    await world.close()
  }
  return proofs
}

/**
 * A run of TC-3 on the reference lab with the lab, the way there or the dashboard failing under it, five times each at seeded
 * moments. Single ones by `FAULTS=cut,disk`.
 */
export async function proveFaults(random: () => number): Promise<Proof[]> {
  const proofs: Proof[] = []
  const app = await App.start([REFERENCE.file])
  try {
    const { proof, tookMs } = await undisturbed(app, 'TC-3')
    proofs.push(proof)
    for (const [name, work] of Object.entries(onReference(app, tookMs, random)))
      if (isWanted('FAULTS', name)) proofs.push(...(await work()))
  } finally {
    await app.stop()
  }
  return proofs
}
