import { formatMs, formatRange } from '../../domain/format'
import type { Measurement, Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { boundsAsMeasurement, longestOf } from '../../measure/latency'
import { type SessionSync, type SyncedSession, sessionSync } from '../../measure/session-sync'
import type { Criterion, Judged } from '../define'
import { declaredPrimary, declaredSecondary } from '../roles'
import { allHold, fail, inconclusive } from './judged'
import { againstLimit, atMost, duration } from './limits'

const rolesOf = ({ evidence: { lab } }: Analysis) => ({
  primary: declaredPrimary(lab).name,
  backup: declaredSecondary(lab).name,
})

function syncOf(analysis: Analysis): SessionSync {
  const { primary, backup } = rolesOf(analysis)
  return sessionSync(analysis.evidence, primary, backup)
}

const flowOf = ({ local, remote, socket }: SyncedSession): string =>
  `tcp ${local} → ${remote}${socket === null ? ' (control connection)' : ''}`

const NONE = 'No TCP session was open through the cluster.'
const allOfThem = (): Quantity => ({ value: null, unit: 'sessions', text: 'all of them' })

/** Every session judged by itself, unless there was none, or a table could not be read. */
function eachSession(
  analysis: Analysis,
  judge: (session: SyncedSession, roles: ReturnType<typeof rolesOf>) => { ok: boolean | null; text: string },
): Judged {
  const { sessions, primaryRead, backupRead } = syncOf(analysis)
  const roles = rolesOf(analysis)
  if (sessions.length === 0) return inconclusive(NONE)
  if (!primaryRead || !backupRead)
    return inconclusive(`${primaryRead ? roles.backup : roles.primary} gave no session table.`)
  return allHold(
    sessions.map((session) => judge(session, roles)),
    'sessions',
  )
}

/** Long-lived sessions stand in the tables of both nodes. */
export const sessionSynced: Criterion = {
  id: 'session-synced',
  title: 'Long-lived sessions are on both nodes',
  limit: allOfThem,
  judge: (analysis) =>
    eachSession(analysis, (session, { primary, backup }) => {
      const absent = [!session.onPrimary && primary, !session.onBackup && backup].filter(Boolean)
      return {
        ok: absent.length === 0,
        text: `${flowOf(session)}: ${absent.length === 0 ? 'on both' : `NOT on ${absent.join(' and ')}`}`,
      }
    }),
}

const translated = (natSource: string | null): string => (natSource ? `as ${natSource}` : 'untranslated')

/** The entries of both nodes are of the same addresses, ports and protocol, with the same translation. */
export const sessionMatches: Criterion = {
  id: 'session-matches',
  title: 'Addresses, ports, protocol and translation match on both nodes',
  limit: allOfThem,
  judge: (analysis) =>
    eachSession(analysis, (session, { primary, backup }) => {
      const { onPrimary, onBackup } = session
      // Found by addresses, ports and protocol: what is on one node only has nothing to match.
      if (!onPrimary || !onBackup) return { ok: null, text: `${flowOf(session)}: not on both, nothing to compare` }
      const [ours, theirs] = [translated(onPrimary.natSource), translated(onBackup.natSource)]
      const ok = ours === theirs
      return {
        ok,
        text: `${flowOf(session)}: ${ok ? `${ours} on both` : `${ours} on ${primary}, ${theirs} on ${backup}`}`,
      }
    }),
}

function describe(session: SyncedSession, backup: string): string {
  const { latency, missingForMs } = session
  if (latency) return `${flowOf(session)}: ${formatRange(latency.lowerMs, latency.upperMs)}`
  const missing =
    missingForMs === null ? 'not seen to come on both' : `not on ${backup} after ${formatMs(missingForMs)}`
  return `${flowOf(session)}: ${missing}`
}

/** The slowest of all sessions, from one table to the other; null unless all were seen to come on both. */
export function sessionSyncLatency(analysis: Analysis): Measurement | null {
  const { primary, backup } = rolesOf(analysis)
  const { sessions } = syncOf(analysis)
  const latencies = sessions.flatMap(({ latency }) => latency ?? [])
  const longest = latencies.length === sessions.length ? longestOf(latencies) : null
  return (
    longest &&
    boundsAsMeasurement(longest, {
      id: 'sessionSyncLatency',
      title: 'Session Sync Latency',
      source: `slowest of ${sessions.length} sessions, ${primary} → ${backup}`,
    })
  )
}

function judgeLatency(analysis: Analysis, limitMs: number): Judged {
  const { sessions } = syncOf(analysis)
  const { backup } = rolesOf(analysis)
  const evidence = [
    { text: `${sessions.length} sessions` },
    ...sessions.map((session) => ({ text: describe(session, backup) })),
  ]
  if (sessions.length === 0) return inconclusive(NONE)
  const late = sessions.filter(({ latency, missingForMs }) => (latency?.lowerMs ?? missingForMs ?? 0) > limitMs)
  if (late.length > 0)
    return fail(`${late.length} of ${sessions.length} sessions were not on ${backup} in time.`, null, evidence)
  const measured = sessionSyncLatency(analysis)
  if (!measured) return inconclusive('Not every session was seen to come on both nodes.', null, evidence)
  const { ms, plusMs, minusMs } = measured
  return againstLimit({ lowerMs: ms - minusMs, upperMs: ms + plusMs }, limitMs, duration(measured), evidence)
}

/** Every session is on the backup soon enough after it is on the primary. */
export const sessionSyncInTime: Criterion = {
  id: 'session-sync-latency',
  title: 'Sessions come to the backup in time',
  limit: (lab) => atMost(lab.expectations.sessionSyncMs),
  judge: (analysis) => judgeLatency(analysis, analysis.evidence.lab.expectations.sessionSyncMs),
}
