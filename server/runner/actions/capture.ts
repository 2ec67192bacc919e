import type { MemberCapture } from '../../domain/case'
import type { Lab } from '../../domain/lab'
import { type Member, membersOf } from '../../domain/members'
import {
  alsoTagged,
  arpFilter,
  type CaptureQuestion,
  captureArgv,
  echoFilter,
  requestFilter,
  startCapture as start,
} from '../../drivers/capture'
import type { ToolOptions } from '../../drivers/tool'
import { AppError } from '../../errors'
import { type RunSession, streamTag } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'

type Capture = CaptureQuestion & { stream: string; purpose: string }

/** What is captured at the lab file's observation points: gratuitous ARP per VIP, and the requests of the targets that can be seen on the far side. */
function observedCaptures(lab: Lab): Capture[] {
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

/** What leaves by the nodes' own members, so that it is known which node sent it, whatever MAC both use. */
function memberCaptures(lab: Lab, members: MemberCapture): Capture[] {
  const at = ({ instance, linux, stream }: Member) => ({
    ...{ stream, outgoing: true, point: { at: { instance }, interface: linux } },
  })
  if (members.what === 'arp')
    return membersOf(lab).map((member) => ({
      ...at(member),
      filter: alsoTagged(arpFilter(member.reth), member.reth.vlan),
      purpose: `Who claims ${member.reth.vip}: ${member.node}`,
    }))
  const crossing = lab.targets.flatMap(({ address, crossesCluster }) => (crossesCluster ? [address] : []))
  return membersOf(lab)
    .filter(({ node, reth }) => members.node === node && members.reth === reth.name)
    .map((member) => ({
      ...at(member),
      filter: alsoTagged(requestFilter(crossing), member.reth.vlan),
      purpose: `Probes that leave by ${member.linux} of ${member.node}`,
    }))
}

const capturesOf = (lab: Lab, members: MemberCapture | undefined): Capture[] => [
  ...observedCaptures(lab),
  ...(members ? memberCaptures(lab, members) : []),
]

/** Starts tcpdump and returns when it listens. Rejects with `command-failed` when it ends before. */
export async function listen(
  session: RunSession,
  capture: Capture,
  durationS: number,
  onOutput?: ToolOptions['onOutput'],
): Promise<void> {
  const { stream, purpose } = capture
  let listening = () => {}
  const ready = new Promise<void>((resolve) => {
    listening = resolve
  })
  const own = session.tool(stream, durationS, session.signal)
  const both: ToolOptions['onOutput'] = (...line) => {
    own.onOutput?.(...line)
    onOutput?.(...line)
  }
  const options = { ...own, onReady: listening, onOutput: both }
  const tool = await start(session.access(stream), capture, options)
  session.tools.set(stream, tool)
  const ended = tool.done.then(() => {
    throw new AppError('command-failed', `${purpose}: tcpdump ended`, { hint: 'Its own words are in the raw output.' })
  })
  ended.catch(() => {})
  await Promise.race([ready, ended])
}

/** tcpdump at every observation point of the lab file, and on the nodes' members where asked; returns when all of them listen. */
export const startCapture: Handler<'start-capture'> = {
  plan: ({ lab, tag }, { durationS, members }) =>
    capturesOf(lab, members).map((capture) => {
      const { stream, point, purpose } = capture
      const options = { tag: tag(streamTag(stream)), timeoutMs: durationS * 1000 }
      return plannedStream(lab, point.at, captureArgv(capture), options, purpose)
    }),
  run: async (session, { durationS, members }, signal) => {
    await Promise.all(
      capturesOf(session.lab, members).map(async (capture) => {
        await listen(session, capture, durationS)
        signal.throwIfAborted()
      }),
    )
  },
}

export const stopCapture: Handler<'stop-capture'> = {
  plan: ({ lab, tag }, { members }) =>
    capturesOf(lab, members).flatMap(({ stream, point }) => plannedKill(lab, point.at, tag(streamTag(stream)))),
  run: (session) => session.stopTools('capture'),
}
