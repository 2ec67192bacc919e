import type { Interval } from '../domain/ids'
import { POLL_ANSWERS, type SampleRow } from '../domain/sample'

const STATUS = POLL_ANSWERS.indexOf('status')

/**
 * The longest state that can have come and gone unseen between two polls of a node within a window (app clock): from the
 * start of one that was answered, or of the window, to the end of the next one that was, or of the window.
 * @param polls SAMPLE_COLUMNS.poll
 */
export function longestUnseenMs(polls: readonly SampleRow[], { fromMs, toMs }: Interval): number {
  const within = (ms: number) => Math.min(toMs, Math.max(fromMs, ms))
  let longestMs = 0
  let sinceMs = fromMs
  for (const [startMs, endMs, answer] of polls) {
    if (answer !== STATUS || startMs == null || endMs == null) continue
    longestMs = Math.max(longestMs, within(endMs) - sinceMs)
    sinceMs = within(startMs)
  }
  return Math.max(longestMs, toMs - sinceMs)
}
