import type { Lab, ObservationPoint } from '../../domain/lab'
import { arpFilter, captureArgv, echoFilter, startCapture as start } from '../../drivers/capture'
import { AppError } from '../../errors'
import { streamTag } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'

type Capture = { stream: string; point: ObservationPoint; filter: string; purpose: string }

/** What is captured where: gratuitous ARP per VIP, and the requests of the targets that can be seen on the far side. */
export function capturesOf(lab: Lab): Capture[] {
  const arp = lab.cluster.reths.flatMap((reth) => {
    const stream = `capture:${reth.name}`
    const purpose = `Gratuitous ARP for ${reth.name}`
    return reth.garpObserver ? [{ stream, point: reth.garpObserver, filter: arpFilter(reth), purpose }] : []
  })
  const echo = lab.targets.flatMap((target) => {
    const stream = `capture:${target.id}`
    const purpose = `Probes to ${target.title} on the far side`
    return target.captureAt && target.crossesCluster
      ? [{ stream, point: target.captureAt, filter: echoFilter(target), purpose }]
      : []
  })
  return [...arp, ...echo]
}

/** tcpdump at every observation point of the lab file; returns when all of them listen. */
export const startCapture: Handler<'start-capture'> = {
  plan: ({ lab, tag }, { durationS }) =>
    capturesOf(lab).map(({ stream, point, filter, purpose }) => {
      const options = { tag: tag(streamTag(stream)), timeoutMs: durationS * 1000 }
      return plannedStream(lab, point.at, captureArgv(point.interface, filter), options, purpose)
    }),
  run: async (session, { durationS }, signal) => {
    await Promise.all(
      capturesOf(session.lab).map(async ({ stream, point, filter, purpose }) => {
        let listening = () => {}
        const ready = new Promise<void>((resolve) => {
          listening = resolve
        })
        const options = { ...session.tool(stream, durationS, session.signal), onReady: listening }
        const tool = await start(session.access(stream), point, filter, options)
        session.tools.set(stream, tool)
        const ended = tool.done.then(() => {
          throw new AppError('command-failed', `${purpose}: tcpdump ended`, {
            hint: 'Its own words are in the raw output.',
          })
        })
        ended.catch(() => {})
        await Promise.race([ready, ended])
        signal.throwIfAborted()
      }),
    )
  },
}

export const stopCapture: Handler<'stop-capture'> = {
  plan: ({ lab, tag }) =>
    capturesOf(lab).flatMap(({ stream, point }) => plannedKill(lab, point.at, tag(streamTag(stream)))),
  run: (session) => session.stopTools('capture'),
}
