import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../../domain/case'
import type { FlowSession } from '../../domain/cluster'
import type { Lab } from '../../domain/lab'
import { execAt } from '../../drivers/at'
import { showSessionsTo } from '../../drivers/junos'
import { ownFlowSessions, parseFlowSessions } from '../../drivers/junos-parse'
import { asAppError } from '../../errors'
import type { RunSession } from '../session'
import { type Handler, type PlanContext, plannedExec } from './handler'
import { plannedWatch, startWatch, type Watched } from './questions'

const TIMEOUT_MS = 15_000
/** A node that has just come back answers late; while it is secondary there is time for several readings. */
const SYNC_TIMEOUT_MS = 3000
const SYNC_PAUSE_MS = 200

type Towards = Extract<Action, { kind: 'record-sessions' }>['to']

function destinationsOf({ traffic, targets, throughput }: Lab, to: Towards): string[] {
  if (to === 'throughput') return throughput ? [`${throughput.server}/32`] : []
  const beyond = to === 'traffic' ? [] : targets.filter(({ crossesCluster }) => crossesCluster)
  return [...new Set([...traffic.map(({ server }) => server), ...beyond.map(({ address }) => address)])].map(
    (address) => `${address}/32`,
  )
}

const plannedTable = ({ lab, tag }: PlanContext, instance: string, label: string, to: Towards, timeoutMs: number) =>
  destinationsOf(lab, to).map((destination) =>
    plannedExec(
      lab,
      { instance },
      showSessionsTo(lab, destination),
      { tag: tag(`sessions-${label}`), timeoutMs },
      to === 'throughput' ? 'Session table under the load' : `Session table ${label} the fault`,
    ),
  )

type Question = { label: string; to: Towards; timeoutMs: number; signal: AbortSignal }

/** A node's session table; null when it gave no readable one. Rejects as `execAt` does. */
async function readTable(session: RunSession, instance: string, question: Question): Promise<FlowSession[] | null> {
  const { label, to, timeoutMs, signal } = question
  const options = { tag: session.tag(`sessions-${label}`), timeoutMs, signal }
  const answers = await Promise.all(
    destinationsOf(session.lab, to).map((destination) =>
      execAt(session.access(), { instance }, showSessionsTo(session.lab, destination), options),
    ),
  )
  if (answers.some(({ exitCode, truncated }) => exitCode !== 0 || truncated)) return null
  return answers.flatMap(({ stdout }) => parseFlowSessions(stdout).sessions)
}

/** The session table towards the traffic servers, from both nodes. A node that does not answer is recorded as such. */
export const recordSessions: Handler<'record-sessions'> = {
  plan: (context, { label, to }) =>
    context.lab.cluster.nodes.flatMap(({ instance }) => plannedTable(context, instance, label, to, TIMEOUT_MS)),
  run: async (session, { label, to }, signal) => {
    await Promise.all(
      session.lab.cluster.nodes.map(async ({ name, instance }) => {
        const question = { label, to, timeoutMs: TIMEOUT_MS, signal }
        const sessions = await readTable(session, instance, question).catch((error: unknown) => {
          signal.throwIfAborted()
          void session.emit({
            kind: 'note',
            level: 'warning',
            message: `${name}: no session table: ${asAppError(error).message}`,
            hint: null,
          })
          return null
        })
        if (label === 'before' && sessions) session.sessionsBefore.set(name, sessions)
        await session.emit({ kind: 'sessions', label, node: name, sessions })
      }),
    )
  },
}

const watched = (lab: Lab, times: { intervalMs: number; durationS: number }): Watched => ({
  ...{ id: 'sessions', ...times },
  questions: destinationsOf(lab, 'traffic').map((destination) => showSessionsTo(lab, destination)),
})

const flowKey = ({ protocol, source, destination }: FlowSession): string => `${protocol} ${source} ${destination}`

/** Both nodes' own sessions towards the traffic servers, over open channels, for the rest of the run. */
export const watchSessions: Handler<'watch-sessions'> = {
  plan: (context, action) => plannedWatch(context, watched(context.lab, action), 'Session table'),
  run: (session, action, signal) =>
    startWatch<FlowSession>(
      session,
      watched(session.lab, action),
      {
        read: (node, { stdout }) => {
          const own = ownFlowSessions(stdout, node)
          return own && new Map(own.map((flow) => [flowKey(flow), flow]))
        },
        changed: (node, flow, present, interval) =>
          void session.emit({ kind: 'session-seen', node, session: flow, present, interval }).catch(() => {}),
      },
      signal,
    ),
}

const sameFlow = (a: FlowSession) => (b: FlowSession) =>
  a.protocol === b.protocol && a.source === b.source && a.destination === b.destination

/** The last table that was read while the node was not primary yet is what it got from its peer, not what it made itself. */
export const awaitSessionSync: Handler<'await-session-sync'> = {
  plan: (context, { node }) =>
    context.lab.cluster.nodes
      .filter(({ name }) => name === node)
      .flatMap(({ instance }) => plannedTable(context, instance, 'synced', 'traffic', SYNC_TIMEOUT_MS)),
  run: async (session, { node }, signal) => {
    const { cluster } = session.lab
    const instance = cluster.nodes.find(({ name }) => name === node)?.instance ?? node
    const expected = cluster.nodes.flatMap(({ name }) =>
      name === node ? [] : (session.sessionsBefore.get(name) ?? []),
    )
    const isPrimary = () => cluster.redundancyGroups.some(({ id }) => session.watch?.own(node, id) === 'primary')
    const question = { label: 'synced', to: 'traffic', timeoutMs: SYNC_TIMEOUT_MS, signal } as const
    let known: FlowSession[] | null = null
    while (!isPrimary() && !signal.aborted) {
      const table = await readTable(session, instance, question).catch(() => null)
      if (isPrimary()) break
      known = table ?? known
      if (known && expected.every((flow) => known?.some(sameFlow(flow)))) break
      await sleep(SYNC_PAUSE_MS, undefined, { signal }).catch(() => {})
    }
    await session.emit({ kind: 'sessions', label: 'synced', node, sessions: known })
  },
}
