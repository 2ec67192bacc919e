import { execAt } from '../../drivers/at'
import { askNode, showClusterInformation, showClusterInterfaces, showClusterStatus } from '../../drivers/junos'
import { parseClusterInformation, parseClusterInterfaces } from '../../drivers/junos-parse'
import { asAppError } from '../../errors'
import { epochMs } from '../../transport/now'
import { ClusterWatch } from '../cluster-watch'
import type { RunSession } from '../session'
import { type Handler, type PlanContext, plannedExec } from './handler'

const POLL_TIMEOUT_MS = 2000
const READ_TIMEOUT_MS = 5000

const placesOf = ({ lab }: PlanContext) => lab.cluster.nodes.map(({ instance }) => ({ instance }))

/** A poll whose question did not reach the node says nothing about the node: its state is unknown. */
const unreached = (node: string, startMs: number, cause: unknown) => ({
  node,
  startMs,
  endMs: epochMs(),
  answer: { kind: 'garbled' as const, reason: asAppError(cause).message, raw: '' },
})

/** Polls both nodes for the rest of the run. */
export const watchCluster: Handler<'watch-cluster'> = {
  plan: (context, { intervalMs }) =>
    placesOf(context).map((place) => {
      const options = { tag: context.tag('watch'), timeoutMs: POLL_TIMEOUT_MS }
      return plannedExec(
        context.lab,
        place,
        showClusterStatus(context.lab),
        options,
        'Cluster state',
        `every ${intervalMs} ms`,
      )
    }),
  run: async (session, { intervalMs }) => {
    const access = session.access()
    session.watch = new ClusterWatch({
      lab: session.lab,
      intervalMs,
      ask: async (node, signal) => {
        const startMs = epochMs()
        const options = { tag: session.tag('watch'), timeoutMs: POLL_TIMEOUT_MS, signal }
        return askNode(access, node, options).catch((error: unknown) => unreached(node, startMs, error))
      },
      emit: (body) => void session.emit(body).catch(() => {}),
      push: (stream, rows) => session.push(stream, rows),
    })
  },
}

const READS = [showClusterStatus, showClusterInterfaces, showClusterInformation] as const

async function read<T>(
  session: RunSession,
  instance: string,
  argv: string[],
  parse: (text: string) => T,
  signal: AbortSignal,
): Promise<T | null> {
  const result = await execAt(session.access(), { instance }, argv, {
    tag: session.tag('read'),
    timeoutMs: READ_TIMEOUT_MS,
    signal,
  })
  return result.exitCode === 0 && !result.truncated ? parse(result.stdout) : null
}

/** Everything that TC-1 judges, from both nodes. */
export const readCluster: Handler<'read-cluster'> = {
  plan: (context) =>
    placesOf(context).flatMap((place) =>
      READS.map((argv) =>
        plannedExec(
          context.lab,
          place,
          argv(context.lab),
          { tag: context.tag('read'), timeoutMs: READ_TIMEOUT_MS },
          'Cluster formation',
        ),
      ),
    ),
  run: async (session, _action, signal) => {
    const access = session.access()
    const { lab } = session
    const readNode = async (node: string, instance: string) => {
      const [{ answer }, interfaces, information] = await Promise.all([
        askNode(access, node, { tag: session.tag('read'), timeoutMs: READ_TIMEOUT_MS, signal }),
        read(session, instance, showClusterInterfaces(lab), parseClusterInterfaces, signal),
        read(session, instance, showClusterInformation(lab), parseClusterInformation, signal),
      ])
      await session.emit({ kind: 'cluster-read', node, answer, interfaces, information })
    }
    const results = await Promise.allSettled(lab.cluster.nodes.map(({ name, instance }) => readNode(name, instance)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw asAppError(failed.reason)
  },
}
