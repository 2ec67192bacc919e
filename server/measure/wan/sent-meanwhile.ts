import type { Interval } from '../../domain/ids'
import { placeName } from '../../domain/place'
import type { RunContext } from '../../domain/run'
import { moveInterval } from '../clocks'
import type { ProbeAnalysis } from '../probe-analysis'
import type { ProbeRecord } from '../probe-timeline'

/** What the probes did while captures show no traffic. */
export type SentMeanwhile = {
  /**
   * Longest time in which none was sent from right before the pause to right after it, ms; of the probe that sent most
   * often. So much later than the outage the pause may begin to show at either end: a sender stall is in it, too.
   */
  unsentMs: number
  /** Why the pause is none of the links. */
  caveats: string[]
}

/** So far from either end of a pause an answered probe is a contradiction, whatever the two clocks have drifted, ms. */
const SURE_MS = 500

/** From the last one sent before an interval to the first one after it. */
function sentAround(records: readonly ProbeRecord[], { fromMs, toMs }: Interval): readonly ProbeRecord[] {
  const first = records.findLastIndex(({ sendMs }) => sendMs <= fromMs)
  const next = records.findIndex(({ sendMs }) => sendMs >= toMs)
  return records.slice(Math.max(0, first), next < 0 ? undefined : next + 1)
}

const longestMs = (records: readonly ProbeRecord[]): number =>
  records.reduce((most, { sendMs }, i) => Math.max(most, sendMs - (records[i - 1]?.sendMs ?? sendMs)), 0)

/**
 * Looks whether a pause (clock of `host`) is one of the links: no packet is seen where nobody sends one, either, or where it
 * goes another way. `tripMs`: longest round trip, ms.
 */
export function sentMeanwhile(
  probes: readonly ProbeAnalysis[],
  pause: Interval,
  { host, context, tripMs }: { host: string; context: RunContext | null; tripMs: number },
): SentMeanwhile {
  const seen = probes.flatMap(({ target, timeline: { records } }) => {
    const moved = moveInterval(pause, host, placeName(target.from), context)
    if (!moved || records.length === 0) return []
    const around = sentAround(records, { fromMs: moved.fromMs - tripMs, toMs: moved.toMs })
    const [fromMs, toMs] = [moved.fromMs + SURE_MS, moved.toMs - SURE_MS]
    const answered = around.filter(({ loMs, hiMs, rttMs }) => rttMs !== null && loMs > fromMs && hiMs + rttMs < toMs)
    return [{ title: target.title, answered: answered.length, unsentMs: longestMs(around) }]
  })
  return {
    unsentMs: seen.length === 0 ? 0 : Math.min(...seen.map(({ unsentMs }) => unsentMs)),
    caveats: seen.flatMap(({ title, answered }) =>
      answered > 0
        ? [
            `${title}: ${answered} ${answered === 1 ? 'probe was' : 'probes were'} answered while the captures show no traffic: look at the captures, and at other ways past the PVE host`,
          ]
        : [],
    ),
  }
}
