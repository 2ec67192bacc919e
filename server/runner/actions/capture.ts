import type { Lab, ObservationPoint } from '../../domain/lab'
import { arpFilter, captureArgv, echoFilter } from '../../drivers/capture'
import { parseTcpdumpLine } from '../../drivers/tcpdump-parse'
import { type Handler, plannedKill, plannedStream } from './handler'
import { startStream, stopStreams, streamTag } from './stream'

type Capture = { stream: string; point: ObservationPoint; filter: string; purpose: string }

/** What is captured where: gratuitous ARP per VIP, and the requests of the targets that can be seen on the far side. */
export function capturesOf(lab: Lab): Capture[] {
  const arp = lab.cluster.reths.flatMap((reth) =>
    reth.garpObserver
      ? [
          {
            stream: `capture:${reth.name}`,
            point: reth.garpObserver,
            filter: arpFilter(reth),
            purpose: `Gratuitous ARP for ${reth.name}`,
          },
        ]
      : [],
  )
  const echo = lab.targets.flatMap((target) =>
    target.captureAt && target.crossesCluster
      ? [
          {
            stream: `capture:${target.id}`,
            point: target.captureAt,
            filter: echoFilter(target),
            purpose: `Probes to ${target.title} on the far side`,
          },
        ]
      : [],
  )
  return [...arp, ...echo]
}

/** tcpdump at every observation point of the lab file. */
export const startCapture: Handler<'start-capture'> = {
  plan: ({ lab, tag }, { durationS }) =>
    capturesOf(lab).map(({ stream, point, filter, purpose }) =>
      plannedStream(
        lab,
        point.at,
        captureArgv(point.interface, filter),
        { tag: tag(streamTag(stream)), timeoutMs: durationS * 1000 },
        purpose,
      ),
    ),
  run: async (session, { durationS }, signal) => {
    await Promise.all(
      capturesOf(session.lab).map(({ stream, point, filter }) => {
        const onLine = (line: string) => {
          const parsed = parseTcpdumpLine(line)
          if (parsed.kind === 'sample') session.push(stream, [parsed.row])
          else session.recorder.streamOutput(stream, `${line}\n`)
        }
        return startStream(
          session,
          { stream, place: point.at, argv: captureArgv(point.interface, filter), durationS, onLine },
          signal,
        )
      }),
    )
  },
}

export const stopCapture: Handler<'stop-capture'> = {
  plan: ({ lab, tag }) =>
    capturesOf(lab).map(({ stream, point }) => plannedKill(lab, point.at, tag(streamTag(stream)))),
  run: (session) => stopStreams(session, 'capture'),
}
