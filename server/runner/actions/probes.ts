import type { Lab, Target } from '../../domain/lab'
import { pingArgv, probeCount, startPing } from '../../drivers/ping'
import { AppError, asAppError } from '../../errors'
import { LiveProbe } from '../live-probe'
import { type RunSession, streamTag } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'

const streamOf = ({ id }: Target) => `probe:${id}`
const targetsOf = (lab: Lab, ids: readonly string[]) => lab.targets.filter(({ id }) => ids.includes(id))

async function startProbe(session: RunSession, target: Target, durationS: number): Promise<void> {
  const stream = streamOf(target)
  const probe = new LiveProbe(target)
  session.probes.set(target.id, probe)
  const tool = await startPing(session.access(stream), target, {
    ...session.tool(stream, durationS, session.signal),
    intervalMs: session.intervalMs.get(target.id) ?? target.intervalMs,
    onRows: (rows) => {
      session.push(stream, rows)
      probe.append(rows)
    },
    onError: (message, isFatal) => isFatal && probe.end(message),
  })
  session.tools.set(stream, tool)
  tool.done.then(
    () => probe.end(`ping to ${target.address} ended`),
    (error: unknown) => probe.end(asAppError(error).message),
  )
}

/** One ping per target, each a process of its own. */
export const startProbes: Handler<'start-probes'> = {
  plan: ({ lab, tag }, { targets, durationS }) =>
    targetsOf(lab, targets).map((target) => {
      const options = { tag: tag(streamTag(streamOf(target))), timeoutMs: durationS * 1000 }
      const argv = pingArgv(target, target.intervalMs, probeCount(durationS * 1000, target.intervalMs))
      return plannedStream(
        lab,
        target.from,
        argv,
        options,
        `Probe to ${target.title}; slower if its calibration asks for it`,
      )
    }),
  run: async (session, { targets, durationS }, signal) => {
    const chosen = targetsOf(session.lab, targets)
    if (chosen.length === 0) throw new AppError('lab-file', 'the lab file names no target to probe')
    await Promise.all(chosen.map((target) => startProbe(session, target, durationS)))
    signal.throwIfAborted()
  },
}

export const stopProbes: Handler<'stop-probes'> = {
  plan: ({ lab, tag }) =>
    lab.targets.flatMap((target) => plannedKill(lab, target.from, tag(streamTag(streamOf(target))))),
  run: (session) => session.stopTools('probe'),
}
