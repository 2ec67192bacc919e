import { setTimeout as sleep } from 'node:timers/promises'
import type { EventBody } from '../../domain/event'
import type { LanHost } from '../../domain/lan-host'
import { execAt } from '../../drivers/at'
import { captureArgv } from '../../drivers/capture'
import { readLeasesArgv, releaseLeaseArgv, requestLeaseArgv, startLeaseRequest } from '../../drivers/dhcp'
import { parseDhclientLine, parseLeases } from '../../drivers/dhcp-parse'
import { AppError } from '../../errors'
import { type RunSession, streamTag } from '../session'
import { beforeChange } from './change'
import { captureDhcp, captureOf, dhcpPoints } from './dhcp-capture'
import { type Handler, type PlanContext, plannedExec, plannedKill, plannedStream } from './handler'

const STREAM = 'dhcp:client'
const TIMEOUT_MS = 10_000
/** dhclient begins up to a second late and gives up up to a second late; the process may take this much longer. */
const EXTRA_S = 8
/** The packets of an answer are printed by now. */
const LAST_PACKETS_MS = 500

type Asked = Extract<EventBody, { kind: 'dhcp-asked' }>
/** `hasGivenUp`: it says so, or was still asking when the time was over. */
type Answer = Pick<Asked, 'watchedMs' | 'said'> & { bound: string | null; hasGivenUp: boolean }

/** Lets the client ask until it is bound, has given up or takes too long; then ends it. Rejects when it was cut off. */
async function ask(session: RunSession, client: LanHost, waitS: number, signal: AbortSignal): Promise<Answer> {
  const answer: Answer = { bound: null, hasGivenUp: false, watchedMs: 0, said: '' }
  let sinceMs: number | null = null
  const options = session.tool(STREAM, waitS + EXTRA_S, session.signal)
  const tool = await startLeaseRequest(session.access(STREAM), client, waitS, {
    ...options,
    onOutput: (line, from, receivedMs) => {
      options.onOutput?.(line, from, receivedMs)
      const parsed = parseDhclientLine(line)
      if (parsed.kind === 'asking') sinceMs ??= receivedMs
      if (parsed.kind === 'bound') answer.bound = parsed.address
      if (parsed.kind === 'no-answer') answer.hasGivenUp = true
      if (line.trim() !== '') answer.said = line.trim().slice(0, 300)
    },
  })
  session.tools.set(STREAM, tool)
  let isOver = false
  const done = tool.done.finally(() => {
    isOver = true
  })
  done.catch(() => {})
  for (const untilMs = Date.now() + (waitS + EXTRA_S) * 1000; Date.now() < untilMs && !isOver; )
    if (answer.bound !== null) break
    else await sleep(50, undefined, { signal })
  answer.watchedMs = sinceMs === null ? 0 : Date.now() - sinceMs
  answer.hasGivenUp ||= sinceMs !== null && !isOver
  await session.stopTools('dhcp')
  if (answer.bound === null) await done
  return answer
}

/** What the client wrote down must be what it said. */
async function readAnswer(session: RunSession, client: LanHost, answer: Answer, signal: AbortSignal) {
  const { bound, hasGivenUp, watchedMs, said } = answer
  const outcome = (which: Asked['outcome'], lease: Asked['lease'] = null) => ({
    ...{ kind: 'dhcp-asked' as const, ...client, outcome: which, lease, watchedMs, said },
  })
  if (bound === null) return outcome(hasGivenUp ? 'no-answer' : 'unreadable')
  const options = { tag: session.tag('leases'), timeoutMs: TIMEOUT_MS, signal }
  const file = await execAt(session.access(), { instance: client.instance }, readLeasesArgv(), options)
  const lease = file.exitCode === 0 && !file.truncated ? parseLeases(file.stdout) : null
  return lease?.address === bound ? outcome('lease', lease) : outcome('unreadable')
}

const inLab = (context: PlanContext, instance: string, what: string, argv: string[], purpose: string) =>
  plannedExec(context.lab, { instance }, argv, { tag: context.tag(what), timeoutMs: TIMEOUT_MS }, purpose)

/** A lease under an identity of its own; its undo is durable before the first packet leaves. */
export const requestLease: Handler<'request-lease'> = {
  plan: (context, { instance, interface: name, waitS }) => {
    const { lab, tag } = context
    const timeoutMs = (waitS + EXTRA_S) * 1000
    const points = dhcpPoints(lab, { instance, interface: name })
    return [
      ...points.map(({ stream, at, sentOnly, purpose }) => {
        const argv = captureArgv(captureOf({ at, sentOnly }))
        const options = { tag: tag(streamTag(stream)), timeoutMs: timeoutMs + TIMEOUT_MS }
        return plannedStream(lab, { instance: at.instance }, argv, options, purpose)
      }),
      plannedStream(
        lab,
        { instance },
        requestLeaseArgv(name, waitS),
        { tag: tag(streamTag(STREAM)), timeoutMs },
        'Ask for a lease; nothing of it is applied',
      ),
      ...plannedKill(lab, { instance }, tag(streamTag(STREAM))),
      ...points.flatMap(({ stream, at }) => plannedKill(lab, { instance: at.instance }, tag(streamTag(stream)))),
      inLab(context, instance, 'leases', readLeasesArgv(), 'The lease that was given'),
    ]
  },
  run: async (session, { instance, interface: name, waitS, undo }, signal) => {
    const client = { instance, interface: name }
    await beforeChange(session, `Test lease on ${name} of ${instance}`, undo)
    signal.throwIfAborted()
    await captureDhcp(session, client, waitS + EXTRA_S + TIMEOUT_MS / 1000)
    signal.throwIfAborted()
    const answer = await ask(session, client, waitS, signal)
    await sleep(LAST_PACKETS_MS, undefined, { signal })
    await session.stopTools('capture')
    await session.emit(await readAnswer(session, client, answer, signal))
  },
}

/** Gives the lease back at once, in the run's record; the restore would, too. */
export const releaseLease: Handler<'release-lease'> = {
  plan: (context, { instance, interface: name }) => [
    inLab(context, instance, 'release', releaseLeaseArgv(name), 'Give the lease back'),
  ],
  run: async (session, { instance, interface: name }, signal) => {
    const options = { tag: session.tag('release'), timeoutMs: TIMEOUT_MS, signal }
    const { exitCode, stderr } = await execAt(session.access(), { instance }, releaseLeaseArgv(name), options)
    if (exitCode === 0) return
    throw new AppError('command-failed', `the test lease on ${name} of ${instance} was not given back`, {
      stderrTail: stderr.slice(-500),
      hint: 'The restore tries again.',
    })
  },
}
