import { formatMs } from '../../domain/format'
import type { Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import type { Criterion, Judged } from '../define'
import { allHold, fail, inconclusive, pass } from './judged'
import type { Finding } from './links'
import { clusterRead } from './reads'
import { dualSpans, type SplitWindow, splitWindow, unseenMs } from './split-window'

/** Where nothing is known of a node for longer than this, nothing is claimed. */
export const MOST_UNSEEN_MS = 2000

const UNKNOWN_T0 = 'There was no fault, or its instant is not known on the clock of the polls.'
const noneLonger = (ms: number): Quantity => ({ value: ms, unit: 'ms', text: `none longer than ${formatMs(ms)}` })

/** Why a window says too little; null when it says enough. */
function tooLittle(analysis: Analysis, window: SplitWindow): string | null {
  if (!window.complete) return 'The run ended before the watch after healing was over.'
  const ms = unseenMs(analysis, window)
  if (ms <= MOST_UNSEEN_MS) return null
  return `A node gave no readable status for ${formatMs(ms)}, which is longer than ${formatMs(MOST_UNSEEN_MS)}.`
}

function judgeState(analysis: Analysis): Judged {
  const window = splitWindow(analysis)
  if (!window) return inconclusive(UNKNOWN_T0)
  const spans = dualSpans(analysis, window)
  if (spans.length > 0) {
    const longestMs = Math.max(...spans.map(({ fromMs, toMs }) => toMs - fromMs))
    const evidence = spans.map(({ redundancyGroup, fromMs, toMs }) => ({
      text: `RG${redundancyGroup}: both primary from ${formatMs(fromMs - window.fromMs)} after T0, for at least ${formatMs(toMs - fromMs)}`,
    }))
    const groups = [...new Set(spans.map(({ redundancyGroup }) => `RG${redundancyGroup}`))].join(', ')
    const measured = { value: longestMs, unit: 'ms', text: `at least ${formatMs(longestMs)}` }
    return fail(`Both nodes called themselves primary of ${groups}.`, measured, evidence)
  }
  const reason = tooLittle(analysis, window)
  if (reason !== null) return inconclusive(reason)
  const ms = unseenMs(analysis, window)
  const watched = `watched for ${formatMs(window.toMs - window.fromMs)}`
  return pass(`No dual primary longer than ${formatMs(ms)} between two polls, ${watched}.`, noneLonger(ms))
}

/** Both nodes' polled state, from T0 until the end of the watch after healing. */
export const noDualPrimaryState: Criterion = {
  id: 'no-dual-primary-state',
  title: 'No dual primary in what both nodes say',
  limit: () => noneLonger(MOST_UNSEEN_MS),
  judge: judgeState,
}

/** What a node said of itself in a window that is not "primary", group by group; silence is none. */
function lapses({ evidence: { lab, events }, primary }: Analysis, { fromMs, toMs }: SplitWindow): Finding[] {
  return lab.cluster.redundancyGroups.map(({ id }) => {
    const own = events
      .filter((event) => event.kind === 'state-change')
      .filter(
        ({ node, reading, redundancyGroup }) => node === primary.name && reading === node && redundancyGroup === id,
      )
      .filter(({ to, interval }) => to !== 'no-answer' && to !== 'unknown' && interval.fromMs < toMs)
    const first = own.findLastIndex(({ interval }) => interval.toMs <= fromMs)
    const said = own.slice(Math.max(0, first)).map(({ to }) => to)
    const other = said.find((state) => state !== 'primary')
    if (other) return { ok: false, text: `RG${id}: ${primary.name} was ${other}` }
    return { ok: said.length > 0 ? true : null, text: `RG${id}: ${primary.name} ${said[0] ?? 'not seen'} throughout` }
  })
}

/** The node with the higher priority is primary of every group from T0 until the end of the watch. */
export const priorityKeepsPrimary: Criterion = {
  id: 'priority-keeps-primary',
  title: 'Higher priority keeps primary of every group',
  limit: (lab) => ({
    value: null,
    unit: '',
    text: `throughout, ${lab.cluster.redundancyGroups.length} groups`,
  }),
  judge: (analysis) => {
    const window = splitWindow(analysis)
    if (!window) return inconclusive(UNKNOWN_T0)
    const judged = allHold(lapses(analysis, window), 'groups')
    const reason = judged.verdict === 'pass' ? tooLittle(analysis, window) : null
    return reason === null ? judged : inconclusive(reason, judged.measured, judged.evidence)
  },
}

const STEPPED_DOWN = ['secondary-hold', 'secondary', 'ineligible', 'disabled', 'lost', 'hold']

/** The other node while the heartbeat is cut: as it says itself, or lost as the primary says. */
function judgeStepDown(analysis: Analysis): Judged {
  const { primary, backup, evidence } = analysis
  const window = splitWindow(analysis)
  if (!window) return inconclusive(UNKNOWN_T0)
  const claimed = evidence.events
    .filter((event) => event.kind === 'state-change')
    .find(
      ({ node, reading, to, interval }) =>
        node === backup.name &&
        reading === node &&
        to === 'primary' &&
        interval.toMs >= window.fromMs &&
        interval.fromMs <= window.toMs,
    )
  if (claimed) return fail(`${backup.name} called itself primary of RG${claimed.redundancyGroup}.`)
  const own = clusterRead(analysis, backup.name, 'during')
  const other = clusterRead(analysis, primary.name, 'during')
  const rows = evidence.lab.cluster.redundancyGroups.map(({ id }): Finding => {
    const stateOf = (read: typeof own) =>
      read?.answer.kind === 'status'
        ? (read.answer.status.groups
            .find(({ redundancyGroup }) => redundancyGroup === id)
            ?.nodes.find(({ node }) => node === backup.name)?.state ?? 'absent')
        : null
    const [itself, hearsay] = [stateOf(own), stateOf(other)]
    const isLost = hearsay === 'absent' || hearsay === 'lost'
    const text = `RG${id}: ${backup.name} says ${itself ?? 'nothing'}, ${primary.name} sees it ${hearsay ?? 'not asked'}`
    if (itself !== null && STEPPED_DOWN.includes(itself)) return { ok: true, text }
    return { ok: itself === 'primary' ? false : isLost ? true : null, text }
  })
  const links = [own, other].map((read) => read?.interfaces?.controlLinkUp ?? null)
  const isCut = links.includes(false)
  const cut = { ok: isCut ? true : null, text: `heartbeat while it was cut: ${isCut ? 'down' : 'not seen to be down'}` }
  return allHold([...rows, cut], 'facts')
}

/** The node with the lower priority is never primary: secondary-hold, secondary, ineligible, or lost to its peer. */
export const otherStepsDown: Criterion = {
  id: 'other-steps-down',
  title: 'The other node goes secondary-hold or is lost',
  limit: () => ({ value: null, unit: '', text: 'never primary' }),
  judge: judgeStepDown,
}
