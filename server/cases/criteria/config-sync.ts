import { formatMeasurement, formatMs } from '../../domain/format'
import type { Lab } from '../../domain/lab'
import type { Evidence, Measurement, Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { type ConfigChanged, configChange, type Shown, shownOn } from '../../measure/config-sync'
import { type Bounds, boundsAsMeasurement } from '../../measure/latency'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, outOf, pass } from './judged'
import { againstLimit, atMost, duration } from './limits'

const peerOf = ({ cluster }: Lab, node: string): string => cluster.nodes.find(({ name }) => name !== node)?.name ?? node

const asLatency = ({ node, change, policy }: ConfigChanged, shown: Shown, bounds: Bounds): Measurement =>
  boundsAsMeasurement(bounds, {
    id: change === 'set' ? 'configSyncLatency' : 'configRemovalLatency',
    title: change === 'set' ? 'Config Sync Latency' : 'Config Removal Latency',
    source: `${node} → ${shown.node}, policy ${policy.name}`,
  })

/** What a node showed of a change, as a line of evidence that leads to the command. */
function describe(changed: ConfigChanged, shown: Shown): Evidence {
  const [came, not] = changed.change === 'set' ? ['there', 'not there'] : ['gone', 'not gone']
  const seen = shown.latency && formatMeasurement(asLatency(changed, shown, shown.latency))
  const text = seen ? `${came} ${seen} after the command` : `${not} within ${formatMs(shown.watchedMs)} of watching`
  return { text: `${shown.node}: ${text}`, commandId: changed.commandId }
}

type Told = { changed: ConfigChanged; shown: Shown[]; evidence: Evidence[] }

/** A change and what both nodes show of it, its own node first; what can be said at once where there is none. */
function told({ evidence }: Analysis, id: string): Told | Judged {
  const changed = configChange(evidence.events, id)
  if (!changed) return inconclusive('Nothing was changed.')
  const nodes = [changed.node, peerOf(evidence.lab, changed.node)]
  const shown = nodes.flatMap((node) => shownOn(evidence, changed, node) ?? [])
  if (shown.length < nodes.length) return inconclusive(`The clock of ${changed.clock} is not known.`)
  return { changed, shown, evidence: shown.map((each) => describe(changed, each)) }
}

/** Why a node that was to take a change did not; null when it did, or does not say. */
const refusal = ({ changed: { node, outcome, text }, evidence }: Told): Judged | null =>
  outcome === 'not-writable' || outcome === 'failed'
    ? fail(`${node} did not take the change: ${lastLine(text)}`, null, evidence)
    : null

const lastLine = (text: string): string => text.split('\n').findLast((line) => /error/i.test(line)) ?? text.slice(-200)

/** What was not seen: a failure once it was watched for longer than the limit, else nothing can be said. */
function missing({ node, watchedMs }: Shown, what: string, limitMs: number, evidence: Evidence[]): Judged {
  const reason = `${node} ${what} within ${formatMs(watchedMs)} of watching.`
  return watchedMs > limitMs ? fail(reason, null, evidence) : inconclusive(reason, null, evidence)
}

function judgeAppears(analysis: Analysis, limitMs: number): Judged {
  const found = told(analysis, 'set')
  if ('verdict' in found) return found
  const refused = refusal(found)
  if (refused) return refused
  const { changed, shown, evidence } = found
  const absent = shown.find(({ interval }) => interval === null)
  if (absent) return missing(absent, 'did not show the policy', limitMs, evidence)
  const peer = shown[1]
  if (!peer?.latency) return inconclusive('There is no second node.')
  return againstLimit(peer.latency, limitMs, duration(asLatency(changed, peer, peer.latency)), evidence)
}

/** From the commit on the primary to the moment at which the secondary shows it; null when that was not seen. */
export function configSyncLatency({ evidence }: Analysis): Measurement | null {
  const changed = configChange(evidence.events, 'set')
  const shown = changed && shownOn(evidence, changed, peerOf(evidence.lab, changed.node))
  return changed && shown?.latency ? asLatency(changed, shown, shown.latency) : null
}

/** A policy that is set on the primary appears on the secondary, soon enough. */
export const configAppears: Criterion = {
  id: 'config-appears',
  title: 'A policy set on the primary appears on the secondary in time',
  limit: (lab) => atMost(lab.expectations.configSyncMs),
  judge: (analysis) => judgeAppears(analysis, analysis.evidence.lab.expectations.configSyncMs),
}

const words = (text: string): Quantity => ({ value: null, unit: '', text })

function judgeRefuses(analysis: Analysis, limitMs: number): Judged {
  const found = told(analysis, 'refused')
  if ('verdict' in found) return found
  const { changed, shown } = found
  const { node, outcome, text, commandId, policy } = changed
  const evidence = [{ text: `${node} said: ${lastLine(text)}`, commandId }, ...found.evidence]
  const holders = shown.filter(({ interval }) => interval !== null).map((each) => each.node)
  if (outcome === 'committed') return fail(`${node} took the change, though it is secondary.`, null, evidence)
  if (holders.length > 0)
    return fail(`${policy.name} is in the configuration of ${holders.join(' and ')} nevertheless.`, null, evidence)
  if (outcome !== 'not-writable')
    return inconclusive(`${node} does not say that it takes no changes: ${lastLine(text)}`, null, evidence)
  const unseen = shown.find(({ watchedMs }) => watchedMs < limitMs)
  if (unseen) return inconclusive(`${unseen.node} was not watched for long enough afterwards.`, null, evidence)
  return pass(`${node} refused, and no node has anything of it.`, null, evidence)
}

/** The secondary refuses changes, and nothing of what was tried is in a configuration afterwards. */
export const secondaryRefuses: Criterion = {
  id: 'secondary-refuses',
  title: 'The secondary refuses changes',
  limit: () => words('refused, nothing of it on either node'),
  judge: (analysis) => judgeRefuses(analysis, analysis.evidence.lab.expectations.configSyncMs),
}

function judgeRemoved(analysis: Analysis, limitMs: number): Judged {
  const found = told(analysis, 'delete')
  if ('verdict' in found) return found
  const refused = refusal(found)
  if (refused) return refused
  const { shown, evidence } = found
  const still = shown.find(({ wasThere, interval }) => wasThere && interval === null)
  if (still) return missing(still, 'still shows the policy', limitMs, evidence)
  const measured = outOf(shown.filter(({ interval }) => interval !== null).length, shown.length, 'nodes')
  const never = shown.find(({ wasThere }) => !wasThere)
  if (never)
    return inconclusive(
      `The policy was never on ${never.node}, so nobody could see it leave there.`,
      measured,
      evidence,
    )
  return pass('The policy is gone from both nodes.', measured, evidence)
}

/** The policy is deleted on the primary and disappears from both nodes. */
export const configRemoved: Criterion = {
  id: 'config-removed',
  title: 'The policy is removed again from both nodes',
  limit: () => words('gone from both nodes'),
  judge: (analysis) => judgeRemoved(analysis, analysis.evidence.lab.expectations.configSyncMs),
}
