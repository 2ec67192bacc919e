import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cancelIn, killIn, STEPS, standIn } from '../contract/interrupt'
import { look } from '../contract/lab-eyes'
import { App, type RunAnswer, until, World } from '../harness'
import { REFERENCE } from '../reference/accuracy'
import { look as lookAtReference } from '../reference/lab-eyes'
import { type Proof, prove } from './table'

const LEASE_S = 10

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Every run is there, with an ending, and its events run from 1 without a gap. */
async function historyIsWhole(app: App): Promise<boolean> {
  const { runs } = await app.get<{ runs: { id: string; ending: string | null }[] }>('/api/v1/runs?limit=200')
  for (const { id, ending } of runs) {
    const lines = (await (await fetch(`${app.url}/api/v1/runs/${id}/events`)).text()).trim().split('\n')
    const whole = lines.every((line, i) => (JSON.parse(line) as { seq: number }).seq === i + 1)
    if (ending === null || !whole) return false
  }
  return runs.length > 0
}

async function afterwards(app: App, world: World, before: unknown, run: RunAnswer, ending: string) {
  const after = await look(world)
  const restored = same(after, before)
  const whole = await historyIsWhole(app)
  const differs = restored ? 'lab as before' : `lab differs: ${JSON.stringify(after)}`
  return {
    ok: run.ending === ending && restored && whole,
    seen: `${run.ending}, ${differs}, history ${whole ? 'whole' : 'NOT whole'}`,
  }
}

/** Cancel and kill -9 in every step of TC-3 on the embedded lab; the step stands still on a held command meanwhile. */
export async function proveInterruptions(): Promise<Proof[]> {
  const [world] = await World.start()
  if (!world) throw new Error('no world')
  const app = await App.start([world.labFile])
  const proofs: Proof[] = []
  try {
    for (const step of STEPS) {
      const before = await look(world)
      // A restore cannot be cancelled any more: the run has ended otherwise by then.
      if (step !== 'restore')
        proofs.push(
          await prove(`cancel in "${step}"`, async () =>
            afterwards(app, world, before, await cancelIn(app, world, step), 'cancelled'),
          ),
        )
      proofs.push(
        await prove(`kill -9 of the app in "${step}"`, async () =>
          afterwards(app, world, before, await killIn(app, world, step), 'interrupted'),
        ),
      )
    }
  } finally {
    await app.stop()
    await world.close()
  }
  return proofs
}

/** The lab file with a short lease, beside the original since its key file is named relative to it. */
function withShortLease(file: string): string {
  const text = readFileSync(file, 'utf8').replace(/^leaseS:.*\n/m, '')
  const short = path.join(path.dirname(file), 'short-lease.yaml')
  writeFileSync(short, `leaseS: ${LEASE_S}\n${text}`, { mode: 0o600 })
  return short
}

async function goneForGood(app: App, id: string, before: unknown, lookAgain: () => Promise<unknown>) {
  await app.kill()
  const killedMs = Date.now()
  const broken = !same(await lookAgain().catch(() => null), before)
  await until('the lab has reverted by itself', async () => same(await lookAgain().catch(() => null), before), 90_000)
  const tookS = ((Date.now() - killedMs) / 1000).toFixed(1)
  await app.restart()
  const run = await app.ended(id)
  const whole = await historyIsWhole(app)
  return {
    ok: broken && run.ending === 'interrupted' && whole,
    seen: `lab as before ${tookS} s after the kill (lease ${LEASE_S} s), ${run.ending} after the next start, history ${whole ? 'whole' : 'NOT whole'}`,
  }
}

async function onEmbedded() {
  const [world] = await World.start()
  if (!world) throw new Error('no world')
  const app = await App.start([withShortLease(world.labFile)])
  try {
    const before = await look(world)
    const id = await standIn(app, world, 'settle')
    await world.call('release')
    return await goneForGood(app, id, before, () => look(world))
  } finally {
    await app.stop()
    await world.close()
  }
}

async function onReference() {
  const app = await App.start([withShortLease(REFERENCE.file)])
  try {
    const before = await lookAtReference()
    const { id } = await app.start(REFERENCE.id, 'TC-3')
    await until('the fault is injected', async () => (await app.run(id)).steps.some((step) => step.id === 'settle'))
    return await goneForGood(app, id, before, lookAtReference)
  } finally {
    await app.stop()
  }
}

/** The app is killed after the fault and does not come back: the lab host reverts by itself at the lease's deadline. */
export async function proveGoneForGood(reference: boolean): Promise<Proof[]> {
  const proofs = [await prove('app gone for good, embedded lab', onEmbedded)]
  if (reference) proofs.push(await prove('app gone for good, reference lab', onReference))
  return proofs
}
