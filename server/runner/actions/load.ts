import type { Instance } from '../../domain/lab'
import type { LinkCounters } from '../../domain/load'
import { execAt } from '../../drivers/at'
import { iperf3Argv } from '../../drivers/iperf3'
import { linkCountersArgv, parseLinkCounters } from '../../drivers/link-counters'
import { AppError, asAppError } from '../../errors'
import { streamTag } from '../session'
import { type Handler, plannedExec, plannedStream } from './handler'
import { EXTRA_S, startClient, trafficStream } from './traffic'

const TIMEOUT_MS = 8000

/** A load that does not come up is the end of the run: there is nothing else to measure. */
export const startLoad: Handler<'start-load'> = {
  plan: ({ lab, tag }, { load }) => {
    const options = { tag: tag(streamTag(trafficStream(load))), timeoutMs: (load.durationS + EXTRA_S) * 1000 }
    return [plannedStream(lab, load.from, iperf3Argv(load, load.durationS), options, load.title)]
  },
  run: async (session, { load }, signal) => {
    const failure = await startClient(session, load, load.durationS, true)
    signal.throwIfAborted()
    if (failure === null) return
    throw new AppError('command-failed', `no load: ${failure}`, {
      hint: `Check that iperf3 -s listens on ${load.server} port ${load.port} and is not busy.`,
    })
  },
}

export const awaitLoad: Handler<'await-load'> = {
  plan: () => [],
  run: async (session, { load }, signal) => {
    const stream = trafficStream(load)
    const tool = session.tools.get(stream)
    if (!tool) throw new AppError('internal', `${load.title} was not started`)
    signal.throwIfAborted()
    const cancelled = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    await Promise.race([tool.done, cancelled])
    session.tools.delete(stream)
    session.recorder.flush()
  },
}

/** What carries the load: LAN and WAN interfaces, in a firewall the members of the RETHs. */
const namesOf = ({ interfaces }: Instance): string[] =>
  interfaces.filter(({ role }) => role === 'lan' || role === 'wan').map(({ linux }) => linux)

const chosen = (links: LinkCounters[] | null, names: readonly string[]): LinkCounters[] | null =>
  links && names.every((name) => links.some((link) => link.name === name))
    ? links.filter(({ name }) => names.includes(name))
    : null

export const readCounters: Handler<'read-counters'> = {
  plan: ({ lab, tag }, { label }) =>
    lab.instances
      .filter((instance) => namesOf(instance).length > 0)
      .map(({ name }) => {
        const options = { tag: tag('counters'), timeoutMs: TIMEOUT_MS }
        return plannedExec(lab, { instance: name }, linkCountersArgv(), options, `Drops and errors ${label} the load`)
      }),
  run: async (session, { label }, signal) => {
    const options = { tag: session.tag('counters'), timeoutMs: TIMEOUT_MS, signal }
    await Promise.all(
      session.lab.instances
        .filter((instance) => namesOf(instance).length > 0)
        .map(async (instance) => {
          const place = { instance: instance.name }
          const answer = await execAt(session.access(), place, linkCountersArgv(), options).catch((error: unknown) => {
            signal.throwIfAborted()
            return asAppError(error)
          })
          const isRead = !(answer instanceof AppError) && answer.exitCode === 0 && !answer.truncated
          const links = isRead ? chosen(parseLinkCounters(answer.stdout), namesOf(instance)) : null
          await session.emit({ kind: 'link-counters', label, instance: instance.name, links })
        }),
    )
  },
}
