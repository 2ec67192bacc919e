import type { Evidence, Quantity, Verdict } from '../../domain/run'
import type { Judged } from '../define'

const judged =
  (verdict: Verdict) =>
  (reason: string, measured: Quantity | null = null, evidence: Evidence[] = []): Judged => ({
    verdict,
    reason,
    measured,
    evidence,
  })

export const pass = judged('pass')
export const fail = judged('fail')
export const inconclusive = judged('inconclusive')

/** A quantity that only words say. */
export const inWords = (text: string): Quantity => ({ value: null, unit: '', text })

/** "8 of 10" as a quantity. */
export const outOf = (value: number, all: number, unit: string): Quantity => ({
  value,
  unit,
  text: `${value} of ${all} ${unit}`,
})

/** All findings hold: pass. One is wrong: fail. Otherwise, with something that could not be read: inconclusive. */
export function allHold(findings: readonly { ok: boolean | null; text: string }[], unit: string): Judged {
  const evidence = findings.map(({ text }) => ({ text }))
  const good = findings.filter(({ ok }) => ok === true).length
  const measured = outOf(good, findings.length, unit)
  const wrong = findings.filter(({ ok }) => ok === false)
  if (wrong.length > 0) return fail(wrong.map(({ text }) => text).join('; '), measured, evidence)
  const unread = findings.filter(({ ok }) => ok === null)
  if (unread.length > 0 || findings.length === 0)
    return inconclusive(unread.map(({ text }) => text).join('; ') || 'nothing could be read', measured, evidence)
  return pass(`All ${findings.length} ${unit} are as they should be.`, measured, evidence)
}
