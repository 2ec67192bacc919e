import type { Analysis } from '../../measure/analysis'
import type { SessionFate } from '../../measure/sessions'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, outOf, pass } from './judged'

const word = (value: boolean | null, yes: string, no: string) => (value === null ? 'not seen' : value ? yes : no)

const describe = ({ local, remote, natSource, synced, kept, advanced, socket }: SessionFate): string =>
  [
    `${local} → ${remote}${natSource ? ` as ${natSource}` : ' untranslated'}`,
    word(synced, 'on the backup before T0', 'NOT on the backup before T0'),
    word(kept, 'on the new primary', 'NOT on the new primary'),
    socket === null ? 'idle (control connection)' : word(advanced, 'bytes went on', 'bytes did NOT go on'),
  ].join(', ')

const isLost = ({ synced, kept, advanced }: SessionFate) => synced === false || kept === false || advanced === false
const isUnseen = ({ synced, kept }: SessionFate) => synced === null || kept === null

function judgeSessions({ sessions, fault, headline }: Analysis): Judged {
  if (!fault) return inconclusive('There was no fault.')
  const moving = sessions.filter(({ socket }) => socket !== null)
  if (moving.length === 0) return inconclusive('No TCP session was open through the cluster when the fault came.')
  const evidence = sessions.map((session) => ({ text: describe(session) }))
  const lost = sessions.filter(isLost)
  const survived = sessions.filter((session) => !isLost(session) && !isUnseen(session)).length
  const measured = outOf(survived, sessions.length, 'sessions')
  const isBack = headline?.probe.finding?.recoveredMs != null || headline?.probe.finding === null
  if (lost.length > 0 && !isBack && lost.every(({ synced, kept }) => synced !== false && kept !== false))
    return inconclusive('Forwarding did not come back, so no session could go on.', measured, evidence)
  if (lost.length > 0) return fail(`${lost.length} of ${sessions.length} sessions did not survive.`, measured, evidence)
  if (sessions.some(({ cutOff }) => cutOff))
    return inconclusive(
      'The connection to the traffic clients broke off, so nobody saw how they went on.',
      measured,
      evidence,
    )
  if (sessions.some(isUnseen)) return inconclusive('A session table could not be read.', measured, evidence)
  return pass(
    'Every session kept its socket, 5-tuple and translation, was on the backup before T0 and went on after it.',
    measured,
    evidence,
  )
}

/** Sessions that were open when the primary failed go on through the backup (MEASUREMENT.md, session survival). */
export const sessionsSurvive: Criterion = {
  id: 'sessions',
  title: 'Sessions survive on the backup',
  limit: () => ({ value: null, unit: 'sessions', text: 'all of them' }),
  judge: judgeSessions,
}
