import { changesOf, type WanTruth } from '../contract/wan-eyes'
import { wanWorlds } from '../contract/wan-worlds'
import type { App, RunAnswer, World } from '../harness'
import { type Proof, prove } from './table'

const RUNS = 10
const WORLDS = 5
const CUTS = [
  { link: 'starlink-1', gap: 'gapStarlink1', outage: 'probeOutageFarSideStarlink1' },
  { link: 'starlink-2', gap: 'gapStarlink2', outage: 'probeOutageFarSideStarlink2' },
] as const

type Interval = { fromMs: number; toMs: number }

function interval({ measurements }: RunAnswer, id: string): Interval {
  const { ms, plusMs, minusMs } = measurements[id] ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  return { fromMs: ms - minusMs, toMs: ms + plusMs }
}
const holds = ({ fromMs, toMs }: Interval, ms: number) => fromMs <= ms && ms <= toMs
const shown = ({ fromMs, toMs }: Interval) => `${fromMs.toFixed(0)}–${toMs.toFixed(0)}`

/** One run of WAN-1: after each cut that leaves a link, captures and probe overlap, and both hold what the world knows. */
async function overlap(app: App, world: World) {
  const { id } = await app.start(world.id, 'WAN-1', { durationS: 32 })
  const run = await app.ended(id)
  const changes = changesOf(await world.call<WanTruth>('truth'), run.startedAt ?? 0)
  const found = CUTS.map(({ link, gap, outage }, at) => {
    const [captured, probed] = [interval(run, gap), interval(run, outage)]
    const truthMs = changes[at]?.leftMs ?? Number.NaN
    const overlaps = captured.fromMs <= probed.toMs && probed.fromMs <= captured.toMs
    return {
      ok: overlaps && holds(captured, truthMs) && holds(probed, truthMs),
      seen: `${link}: captures ${shown(captured)}, probe ${shown(probed)}, world ${truthMs.toFixed(0)} ms`,
    }
  })
  return {
    ok: run.verdict === 'pass' && found.every(({ ok }) => ok),
    seen: `${run.verdict}; ${found.map(({ seen }) => seen).join('; ')}`,
  }
}

/** Over ten runs the interval of the captures and that of the probe overlap, and hold the truth. */
export async function proveWanOverlap(): Promise<Proof[]> {
  const { worlds, app, close } = await wanWorlds(WORLDS)
  try {
    const lanes = worlds.map(async (world, lane) => {
      const proofs: Proof[] = []
      for (let run = lane + 1; run <= RUNS; run += WORLDS)
        proofs.push(await prove(`WAN-1: captures and probe, run ${run}, embedded WAN lab`, () => overlap(app, world)))
      return proofs
    })
    return (await Promise.all(lanes)).flat()
  } finally {
    await close()
  }
}
