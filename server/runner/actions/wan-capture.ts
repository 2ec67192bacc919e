import { nicCaptureArgv } from '../../drivers/pcap/capture'
import { AppError } from '../../errors'
import { captureTag, WanCapture } from '../wan-capture'
import { plannedKill, plannedStream, type WanHandler } from './handler'

/** Starts tcpdump on each NIC and returns when all of them listen. Rejects with what `captureError` makes of one that does not. */
export const startWanCapture: WanHandler<'start-wan-capture'> = {
  plan: ({ lab, tag }, { captures, durationS }) =>
    captures.map((capture) => {
      const options = { tag: tag(captureTag(capture)), timeoutMs: durationS * 1000 }
      const purpose = `Headers of what ${capture.direction === 'in' ? 'comes in' : 'goes out'} on ${capture.nic}, analysed as they come`
      return plannedStream(lab, { host: lab.wan.pve.host }, nicCaptureArgv(capture), options, purpose)
    }),
  run: async (session, { captures, durationS }, signal) => {
    const running = new WanCapture(session, captures, durationS * 1000)
    session.wanCapture = running
    await running.start(signal)
  },
}

const captureOf = ({ wanCapture }: { wanCapture: WanCapture | null }): WanCapture => {
  if (wanCapture) return wanCapture
  throw new AppError('internal', 'nothing is captured')
}

export const wanPhase: WanHandler<'wan-phase'> = {
  plan: () => [],
  run: async (session, { phase }) => captureOf(session).begin(phase),
}

/** While the traffic still runs: what is missing at the end is a gap. */
export const stopWanCapture: WanHandler<'stop-wan-capture'> = {
  plan: ({ lab, tag }, { captures }) =>
    captures.flatMap((capture) => plannedKill(lab, { host: lab.wan.pve.host }, tag(captureTag(capture)))),
  run: async (session) => {
    const captured = await captureOf(session).stop()
    await session.emit({ kind: 'wan-captured', captured })
  },
}
