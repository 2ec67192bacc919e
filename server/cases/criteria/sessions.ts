import type { Analysis } from '../../measure/analysis'
import type { SessionFate } from '../../measure/sessions'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, outOf, pass } from './judged'

const word = (value: boolean | null, yes: string, no: string) => (value === null ? 'not seen' : value ? yes : no)

const describe = ({ local, remote, natSource, synced, kept, advanced, socket }: SessionFate, node: string): string =>
  [
    `${local} → ${remote}${natSource ? ` as ${natSource}` : ' untranslated'}`,
    word(synced, `on ${node} before it took over`, `NOT on ${node} before it took over`),
    word(kept, `on ${node} afterwards`, `NOT on ${node} afterwards`),
    socket === null ? 'idle (control connection)' : word(advanced, 'bytes went on', 'bytes did NOT go on'),
  ].join(', ')

/** What must hold of each session; null where it could not be seen. */
type Part = (fate: SessionFate) => (boolean | null)[]

const wasSynced: Part = ({ synced }) => [synced]
const goesOn: Part = ({ kept, advanced, socket }) => (socket === null ? [kept] : [kept, advanced])

/** Why nothing can be said, before any single session is looked at; null when something can. */
function unjudgeable({ fault, sessions, takeovers }: Analysis): string | null {
  if (!fault) return 'There was no fault.'
  if (sessions.every(({ socket }) => socket === null)) return 'No TCP session was open through the cluster at T0.'
  if (fault.event === 'reversion' && takeovers.every(({ interval }) => interval === null))
    return 'There was no reversion.'
  return null
}

function judgeSessions(analysis: Analysis, parts: readonly Part[], good: string, bad: string): Judged {
  const { sessions, headline, backup } = analysis
  const reason = unjudgeable(analysis)
  if (reason !== null) return inconclusive(reason)
  const found = sessions.map((fate) => parts.flatMap((part) => part(fate)))
  const evidence = sessions.map((fate) => ({ text: describe(fate, backup.name) }))
  const lost = sessions.filter((_, i) => found[i]?.includes(false))
  const held = found.filter((each) => each.every((holds) => holds === true)).length
  const measured = outOf(held, sessions.length, 'sessions')
  const isBack = headline?.probe.finding?.recoveredMs != null || headline?.probe.finding === null
  if (lost.length > 0 && !isBack && lost.every(({ synced, kept }) => synced !== false && kept !== false))
    return inconclusive('Forwarding did not come back, so no session could go on.', measured, evidence)
  if (lost.length > 0) return fail(`${lost.length} of ${sessions.length} sessions ${bad}.`, measured, evidence)
  if (sessions.some(({ cutOff }) => cutOff))
    return inconclusive(
      'The connection to the traffic clients broke off, so nobody saw how they went on.',
      measured,
      evidence,
    )
  if (held < sessions.length) return inconclusive('A session table could not be read.', measured, evidence)
  return pass(good, measured, evidence)
}

const allOfThem = () => ({ value: null, unit: 'sessions', text: 'all of them' })

/** Sessions that were open when the primary failed go on through the backup (MEASUREMENT.md, session survival). */
export const sessionsSurvive: Criterion = {
  id: 'sessions',
  title: 'Sessions survive on the backup',
  limit: allOfThem,
  judge: (analysis) =>
    judgeSessions(
      analysis,
      [wasSynced, goesOn],
      'Every session kept its socket, 5-tuple and translation, was on the backup before T0 and went on after it.',
      'did not survive',
    ),
}

/** Sessions that were opened while the other node was primary go on through the node that has come back. */
export const sessionsSurviveReversion: Criterion = {
  id: 'sessions',
  title: 'Sessions opened meanwhile survive the reversion',
  limit: allOfThem,
  judge: (analysis) =>
    judgeSessions(
      analysis,
      [goesOn],
      'Every session kept its socket, 5-tuple and translation and went on after the reversion.',
      'did not survive the reversion',
    ),
}

/** The node that has come back had the sessions opened meanwhile before it took over. */
export const sessionsSyncedBack: Criterion = {
  id: 'sessions-synced-back',
  title: 'Session state synced back before the reversion',
  limit: allOfThem,
  judge: (analysis) =>
    judgeSessions(
      analysis,
      [wasSynced],
      'Every session was on the node that came back before it was primary again, with its translation.',
      'were not synced back',
    ),
}
