import type { Finding } from '../../domain/check'
import type { ClusterStatus } from '../../domain/cluster'
import type { Lab } from '../../domain/lab'
import { planDesired } from '../../drivers/desired'
import { failoverReset } from '../../drivers/junos'
import { type About, fine, mendAt, wrong } from './finding'

/** What one node that answers says. */
export type View = { node: Lab['cluster']['nodes'][number]; status: ClusterStatus }

const rowsOf = ({ status }: View, id: number) =>
  status.groups.find(({ redundancyGroup }) => redundancyGroup === id)?.nodes ?? []

/** One primary, the node with the highest priority of those that answer, and all who answer agree. */
function primaryFinding(lab: Lab, views: readonly View[], id: number): Finding {
  const about: About = {
    id: `primary/${id}`,
    group: 'cluster',
    place: null,
    title: `Primary of redundancy group ${id}`,
  }
  const seen = views.map((view) => {
    const primaries = rowsOf(view, id).filter(({ state }) => state === 'primary')
    return { by: view.node.name, primary: primaries.map(({ node }) => node).join(' and ') || 'none' }
  })
  const [best] = views.map(({ node }) => node).toSorted((a, b) => b.priority - a.priority)
  const expected = best?.name ?? ''
  const words = new Set(seen.map(({ primary }) => primary))
  const [primary = 'none'] = words
  const isManual = views.some((view) => rowsOf(view, id).some(({ manual }) => manual))
  const isOne = words.size === 1 && lab.cluster.nodes.some(({ name }) => name === primary)
  if (isOne && primary === expected) return fine(about, primary, expected)
  // A manual failover is a finding of its own.
  if (isOne && isManual) return fine(about, `${primary}, by a manual failover`)
  const found = isOne ? primary : seen.map(({ by, primary }) => `${by} sees ${primary}`).join(', ')
  if (!isOne || !best) {
    const hint = `Look at "systemctl status ${lab.cluster.unit}" and the heartbeat link on both nodes; a node that was just started takes its hold time.`
    return wrong(about, 'differs', { found, expected, hint })
  }
  const { apply } = planDesired(lab, { kind: 'group-primary', redundancyGroup: id, node: expected })
  const mend = mendAt(lab, { instance: best.instance }, ...apply.map(({ argv }) => argv))
  const hint = 'Runs expect the node with the highest priority; one that was just started takes its hold time.'
  return wrong(about, 'differs', { found, expected, mend, hint })
}

function manualFinding(lab: Lab, views: readonly View[], id: number): Finding {
  const title = `Manual failover of redundancy group ${id}`
  const about: About = { id: `manual/${id}`, group: 'cluster', place: null, title }
  const flagged = views.filter((view) => rowsOf(view, id).some(({ manual }) => manual))
  if (flagged.length === 0) return fine(about, 'none', 'none')
  const place = { instance: flagged[0]?.node.instance ?? '' }
  const hint = 'It blocks the next automatic takeover, so that a run would measure nothing.'
  const mend = mendAt(lab, place, failoverReset(lab, id))
  return wrong(about, 'differs', { found: 'still set', expected: 'none', mend, hint })
}

/** Per redundancy group: who is primary, and whether a manual failover was left. `views` must not be empty. */
export const groupFindings = (lab: Lab, views: readonly View[]): Finding[] =>
  lab.cluster.redundancyGroups.flatMap(({ id }) => [primaryFinding(lab, views, id), manualFinding(lab, views, id)])
