import type { FlowSession } from '../domain/cluster'
import type { RunEvent } from '../domain/event'
import type { SampleRow } from '../domain/sample'
import { wasCutOff } from './cut-off'

type SocketEvent = Extract<RunEvent, { kind: 'traffic-socket' }>

/** What became of one TCP session; null where it could not be seen. */
export type SessionFate = {
  traffic: string
  /** null: a session without payload of its own (iperf3's control connection), found in the table only. */
  socket: number | null
  local: string
  remote: string
  natSource: string | null
  /** On the backup before it became primary (in a failover: before T0), with the same translation. */
  synced: boolean | null
  /** On the new primary afterwards, with the same translation. */
  kept: boolean | null
  /** Bytes moved on the same socket in an interval that began after the recovery; null for a session without payload. */
  advanced: boolean | null
  /** Its client was cut off by the run's own connection: that it is gone says nothing of the cluster. */
  cutOff: boolean
}

/** When a session table was read. */
export type TableLabel = Extract<RunEvent, { kind: 'sessions' }>['label']

/** The sessions that a node says it has itself, before or after the fault; null when it gave no readable table. */
export function sessionsOn(events: readonly RunEvent[], node: string, label: TableLabel): FlowSession[] | null {
  const event = events.find(
    (e): e is Extract<RunEvent, { kind: 'sessions' }> => e.kind === 'sessions' && e.node === node && e.label === label,
  )
  return event?.sessions?.filter((session) => session.node === null || session.node === node) ?? null
}

const findSame = (
  table: readonly FlowSession[] | null,
  session: Pick<FlowSession, 'source' | 'destination' | 'natSource'>,
): boolean | null =>
  table === null
    ? null
    : table.some(
        (other) =>
          other.protocol === 'tcp' &&
          other.source === session.source &&
          other.destination === session.destination &&
          other.natSource === session.natSource,
      )

/** Whether a socket moved bytes in an interval that began at or after sinceMs (app clock). */
export const movedSince = (rows: readonly SampleRow[], socket: number, sinceMs: number): boolean =>
  rows.some(
    ([id, fromS, toS, bytes, , , receivedMs]) =>
      id === socket && (bytes ?? 0) > 0 && (receivedMs ?? 0) - ((toS ?? 0) - (fromS ?? 0)) * 1000 >= sinceMs,
  )

const portOf = (endpoint: string): number => Number(endpoint.slice(endpoint.lastIndexOf(':') + 1))
const isClosing = ({ state }: FlowSession) => /wait|clos|fin|ack|syn/i.test(state ?? '')

/**
 * The control connection of one iperf3 client: it is opened right before the data connections, so of the sessions to the
 * same server it is the one with the nearest port below theirs. (The table also keeps what earlier clients left behind.)
 */
function controlConnection(table: readonly FlowSession[], sockets: readonly SocketEvent[]) {
  const lowest = Math.min(...sockets.map(({ local }) => portOf(local)))
  const [first] = sockets
  const nearest = table
    .filter((entry) => entry.protocol === 'tcp' && entry.destination === first?.remote && !isClosing(entry))
    .filter(({ source }) => portOf(source) < lowest)
    .toSorted((a, b) => portOf(b.source) - portOf(a.source))[0]
  return first && nearest ? [{ ...nearest, traffic: first.traffic }] : []
}

/** A TCP session of the run, as its client sees it; `socket` null: a control connection, which the table alone shows. */
export type OpenSession = { traffic: string; socket: number | null; local: string; remote: string }

/** The sockets of the run's clients, and the control connection of each as far as the table has it. */
export function openSessions(events: readonly RunEvent[], table: readonly FlowSession[]): OpenSession[] {
  const sockets = events.filter((event): event is SocketEvent => event.kind === 'traffic-socket')
  const withPayload = sockets.map(({ traffic, socket, local, remote }) => ({ traffic, socket, local, remote }))
  const idle = [...new Set(sockets.map(({ traffic }) => traffic))].flatMap((traffic) =>
    controlConnection(
      table,
      sockets.filter((socket) => socket.traffic === traffic),
    ),
  )
  return [
    ...withPayload,
    ...idle.map(({ source, destination, traffic }) => ({ traffic, socket: null, local: source, remote: destination })),
  ]
}

/**
 * The fate of every TCP session that was open through the cluster when the fault came: same 5-tuple, same translation.
 * @param roles `before`: which table of the backup shows what it knew before it became primary
 * @param recoveredMs app clock: forwarding was back by then
 */
export function sessionFates(
  events: readonly RunEvent[],
  streams: ReadonlyMap<string, readonly SampleRow[]>,
  roles: { primary: string; backup: string; before: TableLabel },
  recoveredMs: number,
): SessionFate[] {
  const onPrimary = sessionsOn(events, roles.primary, 'before')
  const onBackup = sessionsOn(events, roles.backup, roles.before)
  const after = sessionsOn(events, roles.backup, 'after')
  const fate = ({ local, remote, traffic, socket }: OpenSession): SessionFate => {
    const session = onPrimary?.find((entry) => entry.source === local && entry.destination === remote)
    const same = { source: local, destination: remote, natSource: session?.natSource ?? null }
    const rows = streams.get(`traffic:${traffic}`) ?? []
    const cutOff = wasCutOff(events, `traffic:${traffic}`)
    const unlessCutOff = (value: boolean | null) => (cutOff && value === false ? null : value)
    return {
      traffic,
      socket,
      local,
      remote,
      natSource: same.natSource,
      synced: session ? findSame(onBackup, same) : null,
      kept: unlessCutOff(session ? findSame(after, same) : null),
      advanced: unlessCutOff(socket === null ? null : movedSince(rows, socket, recoveredMs)),
      cutOff,
    }
  }
  return openSessions(events, onPrimary ?? []).map(fate)
}
