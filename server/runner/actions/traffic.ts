import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../../domain/lab'
import { SUM_SOCKET } from '../../domain/sample'
import { type Iperf3Client, type Iperf3Options, iperf3Argv, startTraffic as start } from '../../drivers/iperf3'
import { asAppError } from '../../errors'
import { type RunSession, streamTag } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'

/** A busy server is tried again for about this long before the run goes on without. */
const CONNECT_MS = 8000
/** iperf3 ends by itself after its duration; the process may take this much longer. */
export const EXTRA_S = 10

const entriesOf = (lab: Lab, ids: readonly string[]) => lab.traffic.filter(({ id }) => ids.includes(id))
export const trafficStream = ({ id }: Pick<Iperf3Client, 'id'>) => `traffic:${id}`

type Fact = Parameters<NonNullable<Iperf3Options['onFact']>>[0]

/** The closing table's line over all sockets, where the run is to keep it. */
function emitResult(session: RunSession, { id, parallel }: Iperf3Client, fact: Fact): void {
  if (fact.kind !== 'final' || (parallel > 1 && fact.socket !== SUM_SOCKET)) return
  const { role, fromS, toS, bytes, bitPerS, retransmits } = fact
  const result = { role, seconds: toS - fromS, bytes, bitPerS, retransmits }
  void session.emit({ kind: 'traffic-result', traffic: id, ...result }).catch(() => {})
}

/** Starts one client and waits until it is connected; else what it said. `keepsResult`: its closing table is evidence. */
export async function startClient(
  session: RunSession,
  traffic: Iperf3Client,
  durationS: number,
  keepsResult = false,
): Promise<string | null> {
  const stream = trafficStream(traffic)
  let error: string | null = null
  let isDone = false
  let answer = () => {}
  const connected = new Promise<void>((resolve) => {
    answer = resolve
  })
  const options = session.tool(stream, durationS + EXTRA_S, session.signal)
  const tool = await start(session.access(stream), traffic, {
    ...options,
    durationS,
    onRows: (rows) => {
      session.push(stream, rows)
      for (const row of rows) session.sockets.advance(traffic.id, row)
    },
    onFact: (fact) => {
      if (fact.kind === 'error') error = fact.message
      if (fact.kind === 'done') isDone = true
      if (keepsResult) emitResult(session, traffic, fact)
      if (fact.kind !== 'socket') return
      const { socket, local, remote } = fact
      session.sockets.open(traffic.id, socket)
      void session.emit({ kind: 'traffic-socket', traffic: traffic.id, socket, local, remote }).catch(() => {})
      answer()
    },
  })
  session.tools.set(stream, tool)
  const ended = tool.done.then(
    ({ exitCode, signal }) => error ?? `iperf3 ended (${exitCode ?? signal ?? 'closed'})`,
    (cause: unknown) => asAppError(cause).message,
  )
  const failure = await Promise.race([
    connected.then(() => null),
    ended,
    sleep(CONNECT_MS, 'no connection to its server'),
  ])
  void ended
    .then(() => session.emit({ kind: 'traffic-ended', traffic: traffic.id, done: isDone, error }))
    .catch(() => {})
  return failure
}

/** iperf3 clients beside the probes. One that does not come up is a note: what needs it is inconclusive, the run goes on. */
export const startTraffic: Handler<'start-traffic'> = {
  plan: ({ lab, tag }, { traffic, durationS }) =>
    entriesOf(lab, traffic).map((entry) => {
      const options = { tag: tag(streamTag(trafficStream(entry))), timeoutMs: (durationS + EXTRA_S) * 1000 }
      return plannedStream(lab, entry.from, iperf3Argv(entry, durationS), options, `Traffic: ${entry.title}`)
    }),
  run: async (session, { traffic, durationS }, signal) => {
    await Promise.all(
      entriesOf(session.lab, traffic).map(async (entry) => {
        const failure = await startClient(session, entry, durationS)
        signal.throwIfAborted()
        if (failure === null) return
        const hint = `Check that iperf3 -s listens on ${entry.server} port ${entry.port}.`
        await session.emit({ kind: 'note', level: 'warning', message: `no traffic "${entry.title}": ${failure}`, hint })
      }),
    )
  },
}

export const stopTraffic: Handler<'stop-traffic'> = {
  plan: ({ lab, tag }) =>
    lab.traffic.flatMap((entry) => plannedKill(lab, entry.from, tag(streamTag(trafficStream(entry))))),
  run: (session) => session.stopTools('traffic'),
}
