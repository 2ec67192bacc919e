import type { FlowSession } from '../domain/cluster'
import type { RunEvent } from '../domain/event'
import type { RunEvidence } from '../domain/evidence'
import type { Interval } from '../domain/ids'
import { type Bounds, lastAskedMs, latencyBetween } from './latency'
import { type OpenSession, openSessions, sessionsOn } from './sessions'

type SessionSeen = Extract<RunEvent, { kind: 'session-seen' }>

/** One session of the run on both nodes. */
export type SyncedSession = OpenSession & {
  /** Its entry in each node's table, read at the end; null where it is not. */
  onPrimary: FlowSession | null
  onBackup: FlowSession | null
  /** From the primary to the backup; null where it was not seen to come on both. */
  latency: Bounds | null
  /** It was on the primary for at least so long, ms, without coming to the backup; null where that was not so. */
  missingForMs: number | null
}

/** `tables`: whether each node's table was read at the end. */
export type SessionSync = { sessions: SyncedSession[]; primaryRead: boolean; backupRead: boolean }

const isFlow =
  ({ local, remote }: OpenSession) =>
  ({ protocol, source, destination }: FlowSession): boolean =>
    protocol === 'tcp' && source === local && destination === remote

/** When a node was first seen to have a session; null when it had it before it was asked, or never. */
const cameTo = (events: readonly RunEvent[], node: string, open: OpenSession): Interval | null =>
  events.find(
    (event): event is SessionSeen =>
      event.kind === 'session-seen' && event.node === node && event.present && isFlow(open)(event.session),
  )?.interval ?? null

/**
 * Where the run's sessions are, and how long each took from one node's table to the other's. Both are polled on the app's
 * clock, so that no offset of a node's clock is in it.
 */
export function sessionSync({ events, streams }: RunEvidence, primary: string, backup: string): SessionSync {
  const onPrimary = sessionsOn(events, primary, 'before')
  const onBackup = sessionsOn(events, backup, 'before')
  const askedMs = lastAskedMs(streams, `poll:sessions.${backup}`)
  const sessions = openSessions(events, onPrimary ?? []).map((open): SyncedSession => {
    const came = cameTo(events, primary, open)
    const synced = cameTo(events, backup, open)
    const entry = onBackup?.find(isFlow(open)) ?? null
    return {
      ...open,
      onPrimary: onPrimary?.find(isFlow(open)) ?? null,
      onBackup: entry,
      latency: came && synced && latencyBetween(came, synced),
      missingForMs: came && !synced && !entry && askedMs !== null ? Math.max(0, askedMs - came.toMs) : null,
    }
  })
  return { sessions, primaryRead: onPrimary !== null, backupRead: onBackup !== null }
}
