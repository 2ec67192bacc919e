import type { PlannedCommand } from '../../domain/case'
import type { AnyLab, Target } from '../../domain/lab'
import { probeStreams, type SampleRow, streamKind } from '../../domain/sample'
import { fpingArgv, startFping } from '../../drivers/fping'
import { PING_SLEEP_MS, pingArgv, probeCount, startPing, WOKEN_INTERVAL_MS } from '../../drivers/ping'
import { AppError, asAppError } from '../../errors'
import { LiveProbe } from '../live-probe'
import { type RunSession, streamTag } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'

const targetsOf = (lab: AnyLab, ids: readonly string[]) => lab.targets.filter(({ id }) => ids.includes(id))

/** `intervalMs`: in place of what the calibration found. */
type Wanted = { durationS: number; intervalMs?: number; tool?: 'ping' | 'fping' }

async function startPhase(
  session: RunSession<AnyLab>,
  target: Target,
  stream: string,
  wanted: Wanted,
  probe?: LiveProbe,
) {
  const { durationS, intervalMs } = wanted
  const options = {
    ...session.tool(stream, durationS, session.signal),
    intervalMs: intervalMs ?? session.intervalMs.get(target.id) ?? target.intervalMs,
    onRows: (rows: SampleRow[]) => {
      session.push(stream, rows)
      probe?.append(rows)
    },
    onError: (message: string, isFatal: boolean) => isFatal && probe?.end(message),
  }
  const start = wanted.tool === 'fping' ? startFping : startPing
  const tool = await start(session.access(stream), target, options)
  session.tools.set(stream, tool)
  tool.done.then(
    () => probe?.end(`${wanted.tool ?? 'ping'} to ${target.address} ended`),
    (error: unknown) => probe?.end(asAppError(error).message),
  )
}

/** The further phases only sharpen what the first one shows: without them the interval is wider. */
async function startProbe(session: RunSession<AnyLab>, target: Target, wanted: Wanted): Promise<void> {
  const [stream, ...further] = probeStreams(target.id)
  const probe = new LiveProbe(target)
  session.probes.set(target.id, probe)
  const isPing = wanted.tool !== 'fping'
  const phases = session.inPhases.has(target.id) && wanted.intervalMs === undefined && isPing ? further : []
  await Promise.all([
    startPhase(session, target, stream, wanted, probe),
    ...phases.map((each) => startPhase(session, target, each, wanted)),
  ])
}

function plannedPhase(lab: AnyLab, target: Target, stream: string, tag: string, wanted: Wanted): PlannedCommand {
  const { durationS } = wanted
  const isFirst = streamKind(stream) === 'probe'
  const intervalMs = wanted.intervalMs ?? (isFirst ? target.intervalMs : WOKEN_INTERVAL_MS)
  const argv =
    wanted.tool === 'fping'
      ? fpingArgv(target, intervalMs)
      : pingArgv(target, intervalMs, probeCount(durationS * 1000, intervalMs))
  const calibrated = wanted.intervalMs === undefined ? '; at another interval if its calibration asks for it' : ''
  const purpose = isFirst
    ? `Probe to ${target.title}${calibrated}`
    : `Another one in a different phase, if ${target.title} answers so late that one cannot send often enough`
  return plannedStream(lab, target.from, argv, { tag, timeoutMs: durationS * 1000 }, purpose)
}

/** The streams that a target's probe may have: further phases only where they are asked for and cross the cluster. */
const possibleStreams = ({ id, intervalMs, crossesCluster }: Target): string[] =>
  crossesCluster && intervalMs < PING_SLEEP_MS ? probeStreams(id) : probeStreams(id).slice(0, 1)

/** One ping per target, each a process of its own; several where one cannot send often enough. */
export const startProbes: Handler<'start-probes', AnyLab> = {
  plan: ({ lab, tag }, { targets, ...wanted }) =>
    targetsOf(lab, targets).flatMap((target) => {
      const streams = possibleStreams(target).slice(0, wanted.intervalMs === undefined ? undefined : 1)
      return streams.map((stream) => plannedPhase(lab, target, stream, tag(streamTag(stream)), wanted))
    }),
  run: async (session, { targets, ...wanted }, signal) => {
    const chosen = targetsOf(session.lab, targets)
    if (chosen.length === 0) throw new AppError('lab-file', 'the lab file names no target to probe')
    await Promise.all(chosen.map((target) => startProbe(session, target, wanted)))
    signal.throwIfAborted()
  },
}

export const stopProbes: Handler<'stop-probes', AnyLab> = {
  plan: ({ lab, tag }) =>
    lab.targets.flatMap((target) =>
      possibleStreams(target).flatMap((stream) => plannedKill(lab, target.from, tag(streamTag(stream)))),
    ),
  run: async (session) => void (await Promise.all([session.stopTools('probe'), session.stopTools('phase')])),
}
