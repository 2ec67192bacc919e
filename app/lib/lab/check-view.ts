import { type Finding, type FindingStatus, needsAttention } from '@/server/domain/check'
import { placeName } from '@/server/domain/place'
import type { AnyPublicLab } from '@/server/domain/views'
import { clusterLab } from './parts'

type Host = AnyPublicLab['hosts'][number]

/** What findings stand under: a host by its title, an instance by its name, or the cluster. */
export function placeTitle(lab: AnyPublicLab | undefined, place: Finding['place']): string {
  if (place === null) return clusterLab(lab) || !lab ? 'Cluster' : 'Lab'
  if ('instance' in place) return place.instance
  return hostOf(lab, place.host)?.title ?? place.host
}

const hostOf = (lab: AnyPublicLab | undefined, id: string): Host | undefined =>
  lab?.hosts.find((host) => host.id === id)

/** A host as one logs in to it: "Container host (root@127.0.0.1:2229)". */
export function hostWords(lab: AnyPublicLab | undefined, id: string): string {
  const host = hostOf(lab, id)
  return host ? `${host.title ?? id} (${host.user}@${host.host}:${host.port})` : id
}

/** "3 of 41 need attention", "1 of 41 needs attention", "All 41 are fine". */
export function summaryOf(findings: readonly Finding[]): string {
  const wrong = findings.filter(needsAttention).length
  if (wrong === 0) return `All ${findings.length} are fine`
  return `${wrong} of ${findings.length} ${wrong === 1 ? 'needs' : 'need'} attention`
}

/** Findings by place: hosts and instances in the order of the check, the cluster last. */
export function byPlace(findings: readonly Finding[]): { key: string; place: Finding['place']; findings: Finding[] }[] {
  const keyOf = ({ place }: Finding) =>
    place === null ? '' : `${'host' in place ? 'host' : 'instance'} ${placeName(place)}`
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) groups.set(keyOf(finding), [...(groups.get(keyOf(finding)) ?? []), finding])
  const rank = (key: string) => (key === '' ? 2 : key.startsWith('host ') ? 0 : 1)
  return [...groups]
    .map(([key, of]) => ({ key, place: of[0]?.place ?? null, findings: of }))
    .sort((a, b) => rank(a.key) - rank(b.key))
}

const URGENCY: Record<FindingStatus, number> = { missing: 0, differs: 1, unknown: 2, ok: 3 }

/** What is wrong, the worst first; those of one kind stay in the order of the check. */
export const attention = (findings: readonly Finding[]): Finding[] =>
  findings.filter(needsAttention).toSorted((a, b) => URGENCY[a.status] - URGENCY[b.status])
