import type { App, World } from '../e2e/harness'

type Truth = {
  events: { kind: string; atMs: number; path?: string; up?: boolean; node?: string; to?: string; clean?: boolean }[]
}

type Executed = { atMs: number; command: string }

const BASELINE_MS = 5000
const CALIBRATION_MS = 1000
const VALIDATION_MS = 5000

function waits({ events }: Truth, executed: readonly Executed[], sinceMs: number) {
  const after = events.filter(({ atMs }) => atMs >= sinceMs)
  const down = after.find(({ kind, path, up }) => kind === 'path' && path === 'crossing' && up === false)
  const back = after.find(
    ({ kind, path, up, atMs }) => kind === 'path' && path === 'crossing' && up === true && atMs > (down?.atMs ?? 0),
  )
  const started = executed.findLast(({ command, atMs }) => atMs >= sinceMs && command.includes('systemctl start'))
  const primaryAgain = after.findLast(({ kind, node, to }) => kind === 'state' && node === 'node0' && to === 'primary')
  if (!down || !back || !started || !primaryAgain) throw new Error('the world did not record the whole run')
  return { outageMs: back.atMs - down.atMs, restartMs: primaryAgain.atMs - started.atMs }
}

/** Wall time of one TC-3 beyond what it has to wait for, ms. Nobody looks on: what a tab costs is the browser's own. */
export async function measureOverhead(app: App, world: World): Promise<number> {
  const { id } = await app.start(world.id, 'TC-3')
  const { startedAt, endedAt, verdict } = await app.ended(id)
  if (verdict !== 'pass') throw new Error(`run ${id}: ${verdict}`)
  const truth = await world.call<Truth>('truth')
  const { outageMs, restartMs } = waits(truth, await world.call<Executed[]>('executed'), startedAt ?? 0)
  const wallMs = (endedAt ?? 0) - (startedAt ?? 0)
  return wallMs - BASELINE_MS - CALIBRATION_MS - outageMs - VALIDATION_MS - restartMs
}
