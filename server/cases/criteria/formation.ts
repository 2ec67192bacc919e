import type { EventBody } from '../../domain/event'
import type { Lab } from '../../domain/lab'
import type { Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import type { Criterion } from '../define'
import { declaredPrimary } from '../roles'
import { allHold } from './judged'

type ClusterRead = Extract<EventBody, { kind: 'cluster-read' }>
type Finding = { ok: boolean | null; text: string }

const readsOf = ({ evidence }: Analysis): ClusterRead[] =>
  evidence.events.filter((event) => event.kind === 'cluster-read')
const text = (value: string): Quantity => ({ value: null, unit: '', text: value })

/** What a node says, judged for every node that was to be asked; a node that was not read is unread, not wrong. */
function askedNodes(analysis: Analysis, judge: (read: ClusterRead) => Finding[]): Finding[] {
  return analysis.evidence.lab.cluster.nodes.flatMap((node) => {
    const read = readsOf(analysis).find((candidate) => candidate.node === node.name)
    return read ? judge(read) : [{ ok: null, text: `${node.name} was not asked` }]
  })
}

const expectedState = (lab: Lab, node: string) => (declaredPrimary(lab).name === node ? 'primary' : 'secondary')

/** Roles and priorities of both nodes in every redundancy group, as both nodes say. */
export const rolesAsDeclared: Criterion = {
  id: 'roles',
  title: 'Primary and secondary with their priorities, in every redundancy group',
  limit: (lab) =>
    text(lab.cluster.nodes.map((node) => `${node.name} ${expectedState(lab, node.name)} ${node.priority}`).join(', ')),
  judge: (analysis) => {
    const { lab } = analysis.evidence
    const rows = askedNodes(analysis, ({ node: reading, answer }) => {
      if (answer.kind !== 'status')
        return [{ ok: answer.kind === 'garbled' ? null : false, text: `${reading}: ${answer.kind}` }]
      return lab.cluster.redundancyGroups.flatMap((group) =>
        lab.cluster.nodes.map((node) => {
          const row = answer.status.groups
            .find((candidate) => candidate.redundancyGroup === group.id)
            ?.nodes.find((candidate) => candidate.node === node.name)
          const said = `${reading} says ${node.name} is ${row ? `${row.stateText} ${row.priority}` : 'absent'} in RG${group.id}`
          return { ok: row?.state === expectedState(lab, node.name) && row.priority === node.priority, text: said }
        }),
      )
    })
    return allHold(rows, 'rows')
  },
}

/** Weight of both nodes in every redundancy group, as each node's own information says. */
export const weightsAsDeclared: Criterion = {
  id: 'weights',
  title: 'Full weight of both nodes in every redundancy group',
  limit: (lab) => text(lab.cluster.redundancyGroups.map((group) => `RG${group.id} ${group.weight}`).join(', ')),
  judge: (analysis) => {
    const { lab } = analysis.evidence
    const rows = askedNodes(analysis, ({ node, information }) =>
      lab.cluster.redundancyGroups.map((group) => {
        const found = information?.weights.find((entry) => entry.node === node && entry.redundancyGroup === group.id)
        if (!found) return { ok: null, text: `${node} gave no weight for RG${group.id}` }
        return { ok: found.weight === group.weight, text: `${node} has weight ${found.weight} in RG${group.id}` }
      }),
    )
    return allHold(rows, 'weights')
  },
}

/** The control link (heartbeat), as both nodes say. */
export const heartbeatUp: Criterion = {
  id: 'heartbeat',
  title: 'Heartbeat up',
  limit: () => text('control link up on both nodes'),
  judge: (analysis) => {
    const rows = askedNodes(analysis, ({ node, interfaces }) => {
      const up = interfaces?.controlLinkUp ?? null
      return [
        {
          ok: up,
          text: up === null ? `${node} does not show its control link` : `${node}: control link ${up ? 'up' : 'down'}`,
        },
      ]
    })
    return allHold(rows, 'nodes')
  },
}

/** Every RETH is up and its redundancy group is primary on the node that is to have it, as that node says. */
export const rethsActive: Criterion = {
  id: 'reths',
  title: 'Every RETH active on the primary',
  limit: (lab) => text(`${lab.cluster.reths.map(({ name }) => name).join(', ')} up on ${declaredPrimary(lab).name}`),
  judge: (analysis) => {
    const { lab } = analysis.evidence
    const primary = declaredPrimary(lab).name
    const read = readsOf(analysis).find((candidate) => candidate.node === primary)
    const rows = lab.cluster.reths.map((reth): Finding => {
      const found = read?.interfaces?.reths.find((candidate) => candidate.name === reth.name)
      if (!found || read?.answer.kind !== 'status') return { ok: null, text: `${primary} does not show ${reth.name}` }
      const state = read.answer.status.groups
        .find((group) => group.redundancyGroup === reth.redundancyGroup)
        ?.nodes.find((row) => row.node === primary)?.state
      const said = `${reth.name} is ${found.up ? 'up' : 'down'}, RG${reth.redundancyGroup} is ${state ?? 'absent'} on ${primary}`
      return { ok: found.up && state === 'primary', text: said }
    })
    return allHold(rows, 'RETHs')
  },
}
