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

const streamOf = (id: string, node: string) => `poll:${id}.${node}`

const asked = (lab: Lab, { questions }: Watched) =>
  lab.cluster.nodes.flatMap((node) => questions.map((question) => ({ node, question })))

export const plannedWatch = ({ lab, tag }: PlanContext, watched: Watched, purpose: string) =>
  asked(lab, watched).map(({ node, question }) => {
    const options = { tag: tag(streamTag(streamOf(watched.id, node.name))), timeoutMs: watched.durationS * 1000 }
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
  const questions = asked(session.lab, watched).map(({ node, question }) => {
    const stream = streamOf(id, node.name)
    const options = { tag: session.tag(streamTag(stream)), timeoutMs: durationS * 1000 }
    const channel = new QuestionChannel(session.access(stream), node, question, options)
    return { node: node.name, ask: (s: AbortSignal) => channel.ask(s), close: () => channel.close() }
  })
  const watch = new FactWatch<T>({
    questions,
    intervalMs,
    read,
    changed,
    push: (node, rows) => session.push(streamOf(id, node), rows),
    raw: (node, text) => session.recorder.line(streamOf(id, node), text.trimEnd(), 'stdout'),
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
