import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab, Traffic } from '../../domain/lab'
import { iperf3Argv } from '../../drivers/iperf3'
import { Iperf3Parser } from '../../drivers/iperf3-parse'
import { asAppError } from '../../errors'
import type { RunSession } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'
import { startStream, stopStreams, streamTag } from './stream'

const TRIES = 6
const CONNECT_MS = 4000
const BACK_OFF_MS = 300

const entriesOf = (lab: Lab, ids: readonly string[]) => lab.traffic.filter(({ id }) => ids.includes(id))
const streamOf = ({ id }: Traffic) => `traffic:${id}`

/** One attempt; resolves to null when connected, else to what iperf3 said. */
async function connect(
  session: RunSession,
  traffic: Traffic,
  durationS: number,
  signal: AbortSignal,
): Promise<string | null> {
  const stream = streamOf(traffic)
  const parser = new Iperf3Parser()
  let error: string | null = null
  let isDone = false
  let answer: (error: string | null) => void = () => {}
  const connected = new Promise<string | null>((resolve) => {
    answer = resolve
  })
  const onLine = (text: string, receivedMs: number) => {
    const line = parser.line(text, receivedMs)
    if (line.kind === 'interval' && !line.omitted) {
      session.push(stream, [line.row])
      session.sockets.advance(traffic.id, line.row)
    } else session.recorder.streamOutput(stream, `${text}\n`)
    if (line.kind === 'socket') {
      const { socket, local, remote } = line
      session.sockets.open(traffic.id, socket)
      void session.emit({ kind: 'traffic-socket', traffic: traffic.id, socket, local, remote }).catch(() => {})
      answer(null)
    }
    if (line.kind === 'error') error = line.message
    if (line.kind === 'done') isDone = true
  }
  const running = await startStream(
    session,
    { stream, place: traffic.from, argv: iperf3Argv(traffic, durationS), durationS: durationS + 10, onLine },
    signal,
  )
  const ended = running.done.then(
    (end) => error ?? `iperf3 ended (${end.exitCode ?? end.signal ?? 'closed'})`,
    (cause: unknown) => asAppError(cause).message,
  )
  const failure = await Promise.race([connected, ended, sleep(CONNECT_MS, 'no connection to the server')])
  if (failure === null)
    void ended
      .then(() => session.emit({ kind: 'traffic-ended', traffic: traffic.id, done: isDone, error }))
      .catch(() => {})
  return failure
}

/** iperf3 clients beside the probes. One that does not come up is a note: what needs it is inconclusive, the run goes on. */
export const startTraffic: Handler<'start-traffic'> = {
  plan: ({ lab, tag }, { traffic, durationS }) =>
    entriesOf(lab, traffic).map((entry) =>
      plannedStream(
        lab,
        entry.from,
        iperf3Argv(entry, durationS),
        { tag: tag(streamTag(streamOf(entry))), timeoutMs: (durationS + 10) * 1000 },
        `Traffic: ${entry.title}`,
      ),
    ),
  run: async (session, { traffic, durationS }, signal) => {
    await Promise.all(
      entriesOf(session.lab, traffic).map(async (entry) => {
        let failure: string | null = null
        for (let tries = 0; tries < TRIES; tries++) {
          failure = await connect(session, entry, durationS, signal)
          if (failure === null) return
          await stopStreams(session, streamOf(entry))
          await sleep(BACK_OFF_MS * 2 ** tries, undefined, { signal })
        }
        const hint = `Check that iperf3 -s listens on ${entry.server} port ${entry.port}.`
        await session.emit({ kind: 'note', level: 'warning', message: `no traffic "${entry.title}": ${failure}`, hint })
      }),
    )
  },
}

export const stopTraffic: Handler<'stop-traffic'> = {
  plan: ({ lab, tag }) => lab.traffic.map((entry) => plannedKill(lab, entry.from, tag(streamTag(streamOf(entry))))),
  run: (session) => stopStreams(session, 'traffic'),
}
