import type { Interval, Place } from '../../domain/ids'
import type { Lab } from '../../domain/lab'
import { QuestionChannel, questionLoop } from '../../drivers/node-channel'
import { AppError } from '../../errors'
import type { ExecResult } from '../../transport/remote'
import { FactWatch } from '../fact-watch'
import { type RunSession, streamTag } from '../session'
import { type PlanContext, plannedStream } from './handler'

/** Questions that are asked of every node for the rest of the run; `id` names the watch, `questions` are argvs of its CLI. */
export type Watched = { id: string; questions: readonly string[][]; intervalMs: number; durationS: number }

/** Each question to each node, with a sample stream of its own: "poll:sessions.node0", "poll:sessions.node0.2". */
const asked = (lab: Lab, { id, questions }: Watched) =>
  lab.cluster.nodes.flatMap((node) =>
    questions.map((question, i) => ({
      ...{ node, question },
      stream: `poll:${id}.${node.name}${i === 0 ? '' : `.${i + 1}`}`,
    })),
  )

export const plannedWatch = ({ lab, tag }: PlanContext, watched: Watched, purpose: string) =>
  asked(lab, watched).map(({ node, question, stream }) => {
    const options = { tag: tag(streamTag(stream)), timeoutMs: watched.durationS * 1000 }
    const place: Place = { instance: node.instance }
    return plannedStream(
      lab,
      place,
      questionLoop(question),
      options,
      `${purpose}, asked every ${watched.intervalMs} ms`,
    )
  })

export type Reading<T> = {
  read: (node: string, result: ExecResult) => Map<string, T> | null
  changed: (node: string, fact: T, present: boolean, interval: Interval) => void
}

/** Starts it, one open channel per node and question, and waits until each has been answered once. */
export async function startWatch<T>(
  session: RunSession,
  watched: Watched,
  { read, changed }: Reading<T>,
  signal: AbortSignal,
): Promise<void> {
  const { id, durationS, intervalMs } = watched
  const questions = asked(session.lab, watched).map(({ node, question, stream }) => {
    const options = { tag: session.tag(streamTag(stream)), timeoutMs: durationS * 1000 }
    const channel = new QuestionChannel(session.access(stream), node, question, options)
    return { node: node.name, stream, ask: (s: AbortSignal) => channel.ask(s), close: () => channel.close() }
  })
  const watch = new FactWatch<T>({
    questions,
    intervalMs,
    read,
    changed,
    push: (stream, rows) => session.push(stream, rows),
    raw: (stream, text) => session.recorder.line(stream, text.trimEnd(), 'stdout'),
  })
  session.factWatches.set(id, watch as FactWatch<unknown>)
  await watch.answered(0, signal)
}

/** The watch of this name. Rejects with `internal` when the case has not started it. */
export function watchOf(session: RunSession, id: string): FactWatch<unknown> {
  const watch = session.factWatches.get(id)
  if (watch) return watch
  throw new AppError('internal', `nobody watches the ${id}`)
}
