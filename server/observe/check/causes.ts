import { type Finding, needsAttention } from '../../domain/check'
import type { Lab } from '../../domain/lab'
import type { Part } from './finding'
import { ownerOf } from './needs'

/** Differences of an interface that keep packets from it. */
const CUTTING = new Set(['bridge', 'network', 'link state'])

/** What is cut off from where it belongs: the instance, and the finding that says so. */
type Cause = { instance: string; finding: Finding }

/** Findings on interfaces that explain why others fail: a link that is missing, or at another bridge. */
export const causesIn = (findings: readonly Finding[]): Cause[] =>
  findings.flatMap((finding) => {
    const [, instance] = /^(?:interface|vf)\/([^/]+)\//.exec(finding.id) ?? []
    const isCut = finding.status === 'missing' || finding.differences.some(({ what }) => CUTTING.has(what))
    return instance !== undefined && isCut ? [{ instance, finding }] : []
  })

/** Instances that a finding on the cluster or on traffic depends on. */
function dependsOn(lab: Lab, { id, place }: Finding): Set<string> {
  const nodes = lab.cluster.nodes.map(({ instance }) => instance)
  const target = lab.targets.find((one) => id === `target/${one.id}`)
  const owner = target && ownerOf(lab, target.address)
  const from = place && 'instance' in place ? [place.instance] : []
  const servers = lab.traffic.filter(({ server, port }) => id === `server/${server}:${port}`)
  const clients = servers.flatMap(({ from }) => ('instance' in from ? [from.instance] : []))
  return new Set([...nodes, ...from, ...clients, ...(owner ? [owner] : [])])
}

/** Primaries, targets and servers that are not as they should be for one of `causes` are no findings of their own. */
export function withoutConsequences(lab: Lab, causes: readonly Cause[], { findings, skipped }: Part): Part {
  const causeOf = (finding: Finding) => {
    const isOne = needsAttention(finding) && /^(?:primary|target|server)\//.test(finding.id)
    const instances = isOne ? dependsOn(lab, finding) : new Set<string>()
    return causes.find(({ instance }) => instances.has(instance))
  }
  const explained = findings.flatMap((finding) => {
    const cause = causeOf(finding)
    if (!cause) return []
    const reason = `${finding.found}; mend ${cause.finding.title} of ${cause.instance} first`
    return [{ finding, skipped: { place: finding.place, what: finding.title, reason } }]
  })
  const gone = new Set(explained.map((one) => one.finding))
  return {
    findings: findings.filter((finding) => !gone.has(finding)),
    skipped: [...skipped, ...explained.map((one) => one.skipped)],
  }
}
