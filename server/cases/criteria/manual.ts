import type { Analysis } from '../../measure/analysis'
import type { Criterion } from '../define'
import { declaredPrimary } from '../roles'
import { allHold } from './judged'

const asked = ({ evidence: { lab, params } }: Analysis) => ({
  redundancyGroup: Number(params.redundancyGroup),
  node: typeof params.node === 'string' ? params.node : declaredPrimary(lab).name,
})

/** The group is primary on the node that was asked for, and its manual flag is as it should be, as every node says. */
export const groupIsPrimary = (isManual: boolean): Criterion => ({
  id: 'group-primary',
  title: isManual ? 'Group is primary on the chosen node' : 'Group is back, its manual flag reset',
  limit: () => ({ value: null, unit: '', text: isManual ? 'primary, manual flag set' : 'primary, no manual flag' }),
  judge: (analysis) => {
    const { redundancyGroup, node } = asked(analysis)
    const reads = analysis.evidence.events.filter((event) => event.kind === 'cluster-read')
    const findings = reads.map(({ node: reading, answer }) => {
      if (answer.kind !== 'status') return { ok: null, text: `${reading}: ${answer.kind}` }
      const rows = answer.status.groups.find((group) => group.redundancyGroup === redundancyGroup)?.nodes ?? []
      const row = rows.find((candidate) => candidate.node === node)
      const flagged = rows.some(({ manual }) => manual === true)
      const text = `${reading} says ${node} is ${row?.stateText ?? 'absent'} in RG${redundancyGroup}, manual ${flagged ? 'yes' : 'no'}`
      return { ok: row?.state === 'primary' && flagged === isManual, text }
    })
    return allHold(findings, 'nodes')
  },
})
