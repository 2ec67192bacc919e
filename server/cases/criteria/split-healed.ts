import { formatMs } from '../../domain/format'
import type { Analysis } from '../../measure/analysis'
import { interfaceOf } from '../connections'
import type { Criterion, Judged } from '../define'
import { allHold, inconclusive } from './judged'
import { type Finding, linkAsBefore } from './links'
import { clusterRead, mendedAt } from './reads'
import { dualSpans, splitWindow } from './split-window'

/** So long both nodes are watched after healing at least (MEASUREMENT.md, dual primary). */
export const LEAST_WATCH_MS = 10_000

function seesPeer(analysis: Analysis, node: string): Finding {
  const read = clusterRead(analysis, node, 'restored')
  const up = read?.interfaces?.controlLinkUp ?? null
  if (read?.answer.kind !== 'status' || up === null) return { ok: null, text: `${node} was not read` }
  const rows = read.answer.status.groups.map(({ nodes }) => nodes.filter(({ state }) => state !== 'lost').length)
  const isWhole = rows.length > 0 && rows.every((count) => count === 2)
  const text = `${node}: control link ${up ? 'up' : 'down'}, ${isWhole ? 'sees both nodes' : 'does not see both nodes'}`
  return { ok: up && isWhole, text }
}

function judgeHealed(analysis: Analysis): Judged {
  const { lab } = analysis.evidence
  const window = splitWindow(analysis)
  const mended = mendedAt(analysis)
  if (!window || !mended) return inconclusive('The heartbeat was not put back within the case.')
  const watchedMs = window.toMs - mended.toMs
  const spans = dualSpans(analysis, { fromMs: mended.toMs, toMs: window.toMs })
  const longestMs = Math.max(0, ...spans.map(({ fromMs, toMs }) => toMs - fromMs))
  const dual = spans.length > 0 ? `dual primary for at least ${formatMs(longestMs)}` : 'no dual primary'
  const isEnough = window.complete && watchedMs >= LEAST_WATCH_MS
  const nodes = lab.cluster.nodes
  return allHold(
    [
      ...nodes.map(({ name }) => seesPeer(analysis, name)),
      ...nodes.map(({ instance }) =>
        linkAsBefore(analysis, { instance, linux: interfaceOf(lab, instance, 'heartbeat').linux }),
      ),
      {
        ok: spans.length > 0 ? false : isEnough ? true : null,
        text: `${dual} within ${formatMs(Math.max(0, watchedMs))} after healing`,
      },
    ],
    'facts',
  )
}

/** The heartbeat is back, its links are as before, and the nodes stay one cluster. */
export const heartbeatRestored: Criterion = {
  id: 'heartbeat-restored',
  title: 'Heartbeat back as before, no dual primary after healing',
  limit: () => ({ value: LEAST_WATCH_MS, unit: 'ms', text: `watched ≥ ${formatMs(LEAST_WATCH_MS)} after healing` }),
  judge: judgeHealed,
}
