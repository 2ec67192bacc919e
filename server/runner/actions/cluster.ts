import { execAt } from '../../drivers/at'
import { askNode, showClusterInformation, showClusterInterfaces, showClusterStatus } from '../../drivers/junos'
import { parseClusterInformation, parseClusterInterfaces } from '../../drivers/junos-parse'
import { askLoop, NodeChannel } from '../../drivers/node-channel'
import { AppError, asAppError } from '../../errors'
import { epochMs } from '../../transport/now'
import { ClusterWatch } from '../cluster-watch'
import { type RunSession, streamTag } from '../session'
import { type Handler, type PlanContext, plannedExec, plannedStream } from './handler'

const READ_TIMEOUT_MS = 5000

const placesOf = ({ lab }: PlanContext) => lab.cluster.nodes.map(({ instance }) => ({ instance }))

/** A poll whose question did not reach the node says nothing about the node: its state is unknown. */
const unreached = (node: string, startMs: number, cause: unknown) => ({
  node,
  startMs,
  endMs: epochMs(),
  answer: { kind: 'garbled' as const, reason: asAppError(cause).message, raw: '' },
})

const watchStream = (node: string) => `poll:${node}`

/** Polls both nodes for the rest of the run, over one open channel each. */
export const watchCluster: Handler<'watch-cluster'> = {
  plan: ({ lab, tag }, { intervalMs, durationS }) =>
    lab.cluster.nodes.map(({ name, instance }) => {
      const options = { tag: tag(streamTag(watchStream(name))), timeoutMs: durationS * 1000 }
      return plannedStream(lab, { instance }, askLoop(lab), options, `Cluster state, asked every ${intervalMs} ms`)
    }),
  run: async (session, { intervalMs, durationS }) => {
    const channels = new Map(
      session.lab.cluster.nodes.map((node) => {
        const stream = watchStream(node.name)
        const options = { tag: session.tag(streamTag(stream)), timeoutMs: durationS * 1000 }
        return [node.name, new NodeChannel(session.access(stream), node, options)]
      }),
    )
    session.watch = new ClusterWatch({
      lab: session.lab,
      intervalMs,
      ask: async (node, signal) => {
        const startMs = epochMs()
        const channel = channels.get(node)
        if (!channel) throw new AppError('internal', `no channel to ${node}`)
        return channel.ask(signal).catch((error: unknown) => unreached(node, startMs, error))
      },
      emit: (body) => void session.emit(body).catch(() => {}),
      push: (stream, rows) => session.push(stream, rows),
      raw: (node, text) => session.recorder.line(watchStream(node), text.trimEnd(), 'stdout'),
      close: () => {
        for (const channel of channels.values()) channel.close()
      },
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
  run: async (session, { label }, signal) => {
    const access = session.access()
    const { lab } = session
    const readNode = async (node: string, instance: string) => {
      const [{ answer }, interfaces, information] = await Promise.all([
        askNode(access, node, { tag: session.tag('read'), timeoutMs: READ_TIMEOUT_MS, signal }),
        read(session, instance, showClusterInterfaces(lab), parseClusterInterfaces, signal),
        read(session, instance, showClusterInformation(lab), parseClusterInformation, signal),
      ])
      await session.emit({ kind: 'cluster-read', node, answer, interfaces, information, label })
    }
    const results = await Promise.allSettled(lab.cluster.nodes.map(({ name, instance }) => readNode(name, instance)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw asAppError(failed.reason)
  },
}
