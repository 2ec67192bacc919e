import { App, scratch, World } from '../harness'
import { labCopy } from '../lab-copy'

/**
 * A router that makes up its mind within seconds: short, and yet slower than the replacement of an emulator, which cuts the
 * link for a moment; a path that is late is not lost.
 */
export const QUICK = {
  ...{ probeMs: 25, probeLossMs: 600, recomputeMs: 1000, windowMs: 2500, deadMs: 1500, aliveProbes: 3 },
  ...{ bootMs: 200, emulatorStartMs: 40, qmMs: 20, httpWaitMs: 500 },
} as const

/** More worlds in one process keep it too busy to answer in time. */
const PER_PROCESS = 2

/** Quick WAN worlds side by side, and one app on all of them. `limits`: expectations in place of their lab files'. */
export async function wanWorlds(
  count: number,
  limits?: Record<string, number>,
): Promise<{ worlds: World[]; app: App; close: () => Promise<void> }> {
  const processes = Array.from({ length: Math.ceil(count / PER_PROCESS) }, (_, at) =>
    World.start(Math.min(PER_PROCESS, count - at * PER_PROCESS), scratch(), `wan-${at + 1}`, 'wan'),
  )
  const started = await Promise.all(processes)
  const worlds = started.flat()
  await Promise.all(worlds.map((world) => world.call('options', QUICK)))
  const app = await App.start(
    worlds.map(({ labFile }) => (limits ? labCopy(labFile, ['expectations'], limits) : labFile)),
  )
  const close = async () => {
    await app.stop()
    await Promise.all(started.map(([first]) => first?.close()))
  }
  return { worlds, app, close }
}
