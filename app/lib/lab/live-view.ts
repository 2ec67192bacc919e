import type { LabLive } from '@/server/api/services'
import type { NodeRow } from '@/server/domain/cluster'

/** What a lab looks like now, as the API sends it. */
export type LabView = LabLive
export type NodeLive = LabLive['nodes'][number]
export type HostHealth = LabLive['hosts'][number]

/** One redundancy group and node, as each of the nodes sees it. */
export type Seen = {
  redundancyGroup: number
  node: string
  /** By the node that was asked; null where it gave no row. */
  by: Record<string, NodeRow | null>
  /** Two answers that differ. A row that is missing is no contradiction: a dead peer's row vanishes. */
  disagree: boolean
}

export function clusterView(nodes: readonly NodeLive[]): Seen[] {
  const seen = new Map<string, Seen>()
  for (const asked of nodes) {
    if (asked.answer.kind !== 'status') continue
    for (const group of asked.answer.status.groups) {
      for (const row of group.nodes) {
        const key = `${group.redundancyGroup} ${row.node}`
        const entry = seen.get(key) ?? {
          redundancyGroup: group.redundancyGroup,
          node: row.node,
          by: {},
          disagree: false,
        }
        entry.by[asked.node] = row
        seen.set(key, entry)
      }
    }
  }
  for (const entry of seen.values()) {
    const states = Object.values(entry.by).flatMap((row) => (row ? [row.state] : []))
    entry.disagree = new Set(states).size > 1
  }
  return [...seen.values()].sort((a, b) => a.redundancyGroup - b.redundancyGroup || a.node.localeCompare(b.node))
}

/** Who holds a group, by the primaries' own word; several is a split, none is an outage. */
export const primariesOf = (seen: readonly Seen[], redundancyGroup: number): string[] =>
  seen
    .filter(
      (s) => s.redundancyGroup === redundancyGroup && (s.by[s.node] ?? Object.values(s.by)[0])?.state === 'primary',
    )
    .map((s) => s.node)

/** Groups whose automatic takeover is blocked by a manual failover that nobody reset. */
export const manualFlags = (seen: readonly Seen[]): number[] => [
  ...new Set(seen.filter((s) => Object.values(s.by).some((row) => row?.manual)).map((s) => s.redundancyGroup)),
]

export const weightOf = (nodes: readonly NodeLive[], node: string, redundancyGroup: number): number | null => {
  const own = nodes.find((n) => n.node === node)
  for (const source of own ? [own, ...nodes] : nodes) {
    const found = source.information?.weights.find((w) => w.node === node && w.redundancyGroup === redundancyGroup)
    if (found) return found.weight
  }
  return null
}
