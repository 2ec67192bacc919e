import { formatMeasurement, formatMs, formatUtc } from '../../domain/format'
import type { ScheduledStep } from '../../domain/scheduled'
import { latest, scheduledSteps, startSkews, wallClockStart } from '../../measure/schedule'
import type { WanCriterion } from '../define'
import { allHold, fail, inconclusive, inWords, pass } from './judged'
import { againstLimit, atMost } from './limits'

const nameOf = ({ id, host, title }: ScheduledStep): string => `${id} on ${host} (${title})`

/** A command that fails is named; what waited for it and was not run is none of its own. */
export const everyStepDone: WanCriterion = {
  id: 'steps-done',
  title: 'Every step was run to its end',
  limit: () => null,
  judge: ({ evidence: { events } }) => {
    const steps = scheduledSteps(events)
    const isStarted = events.some(({ kind }) => kind === 'schedule-started')
    if (!isStarted) return inconclusive('The steps were not started.')
    const findings = steps
      .filter(({ outcome }) => outcome !== 'skipped')
      .map((step) => ({
        ok: step.outcome === 'ok',
        text: `${nameOf(step)}: ${step.message ?? 'done'}`,
      }))
    const judged = allHold(findings, 'steps')
    const skipped = steps.filter(({ outcome }) => outcome === 'skipped')
    if (skipped.length === 0) return judged
    const evidence = [...judged.evidence, ...skipped.map((step) => ({ text: `${nameOf(step)}: ${step.message}` }))]
    return judged.verdict === 'fail' ? { ...judged, evidence } : fail('Steps were not run.', judged.measured, evidence)
  },
}

/** A start at a time of day may be so late, ms: `at` is up to a minute. */
const IN_TIME_MS = 1000

/** The wall-clock time that it was scheduled for, as the app's clock and the hosts' own stamps say. */
export const begunInTime: WanCriterion = {
  id: 'begun-in-time',
  title: 'It begins at the time that it was scheduled for',
  limit: () => atMost(IN_TIME_MS),
  judge: ({ evidence: { events }, clockSteps }) => {
    const begun = wallClockStart(events)
    if (!begun) return inconclusive('No step began.')
    const { askedMs, heldUpMs, ms, step } = begun
    const measured = { value: ms, unit: 'ms', text: formatMs(ms) }
    const evidence = [
      { text: `Scheduled for ${formatUtc(askedMs)}` },
      { text: `All was ready ${heldUpMs > 0 ? `${formatMs(heldUpMs)} late` : 'in time'}` },
      { text: `Latest: ${nameOf(step)}` },
    ]
    const [set] = clockSteps
    if (set) return inconclusive(`The clock of ${set.clock} was set during the run.`, measured, evidence)
    return ms <= IN_TIME_MS
      ? pass('Every step that has a time of its own began at it.', measured, evidence)
      : fail(`It began up to ${formatMs(ms)} after its time.`, measured, evidence)
  },
}

const METHOD =
  'Commands are started beforehand and wait for a line on their standard input; each says by its host’s clock when it began, whose offset (± half the best round trip) is taken off. Link changes count from when their command was sent to the console.'

/** Skew between the hosts, with the error of their clocks. */
export const startedTogether: WanCriterion = {
  id: 'started-together',
  title: 'Hosts begin together what is to begin together',
  limit: ({ expectations }) => atMost(expectations.startSkewMs),
  judge: ({ evidence: { events, lab }, clockSteps }) => {
    const skews = startSkews(events)
    const late = latest(events)
    const lateness = late ? [{ text: `Latest: ${nameOf(late.step)}, ${formatMs(late.lateMs)} after its time` }] : []
    const worst = skews.toSorted((a, b) => b.upperMs - a.upperMs)[0]
    if (!worst)
      return lateness.length > 0
        ? pass('No two hosts had to begin at the same time.', inWords('one host at a time'), lateness)
        : inconclusive('No step began.')
    const [set] = clockSteps
    if (set) return inconclusive(`The clock of ${set.clock} was set during the run.`, null, lateness)
    const { ms, lowerMs, upperMs } = worst
    const measured = {
      value: ms,
      unit: 'ms',
      text: formatMeasurement({ ms, plusMs: upperMs - ms, minusMs: ms - lowerMs }),
    }
    const evidence = [
      { text: `${worst.steps.map(({ id, host }) => `${id} on ${host}`).join(', ')}` },
      { text: `${skews.length} such ${skews.length === 1 ? 'moment' : 'moments'}` },
      ...lateness,
      { text: METHOD },
    ]
    return againstLimit({ lowerMs, upperMs }, lab.expectations.startSkewMs, measured, evidence)
  },
}
