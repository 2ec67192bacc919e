import type { Lab, Target } from '../../domain/lab'
import { pingArgv, probeCount } from '../../drivers/ping'
import { AppError, asAppError } from '../../errors'
import { LiveProbe } from '../live-probe'
import type { RunSession } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'
import { startStream, stopStreams, streamTag } from './stream'

const streamOf = ({ id }: Target) => `probe:${id}`
const targetsOf = (lab: Lab, ids: readonly string[]) => lab.targets.filter(({ id }) => ids.includes(id))

async function startProbe(session: RunSession, target: Target, durationS: number, signal: AbortSignal): Promise<void> {
  const stream = streamOf(target)
  const intervalMs = session.intervalMs.get(target.id) ?? target.intervalMs
  const probe = new LiveProbe(target, {
    push: (rows) => session.push(stream, rows),
    output: (text) => session.recorder.streamOutput(stream, text),
  })
  session.probes.set(target.id, probe)
  const argv = pingArgv(target, intervalMs, probeCount(durationS * 1000, intervalMs))
  const running = await startStream(
    session,
    { stream, place: target.from, argv, durationS, onLine: (line) => probe.line(line) },
    signal,
  )
  running.done.then(
    () => probe.end(`ping to ${target.address} ended`),
    (error: unknown) => probe.end(asAppError(error).message),
  )
}

/** One ping per target, each a process of its own. */
export const startProbes: Handler<'start-probes'> = {
  plan: ({ lab, tag }, { targets, durationS }) =>
    targetsOf(lab, targets).map((target) =>
      plannedStream(
        lab,
        target.from,
        pingArgv(target, target.intervalMs, probeCount(durationS * 1000, target.intervalMs)),
        { tag: tag(streamTag(streamOf(target))), timeoutMs: durationS * 1000 },
        `Probe to ${target.title}; slower if the calibration asks for it`,
      ),
    ),
  run: async (session, { targets, durationS }, signal) => {
    const chosen = targetsOf(session.lab, targets)
    if (chosen.length === 0) throw new AppError('lab-file', 'the lab file names no target to probe')
    await Promise.all(chosen.map((target) => startProbe(session, target, durationS, signal)))
  },
}

export const stopProbes: Handler<'stop-probes'> = {
  plan: ({ lab, tag }) => lab.targets.map((target) => plannedKill(lab, target.from, tag(streamTag(streamOf(target))))),
  run: (session) => stopStreams(session, 'probe'),
}
