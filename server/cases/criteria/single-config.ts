import type { RunEvent } from '../../domain/event'
import type { Analysis } from '../../measure/analysis'
import type { Criterion } from '../define'
import { allHold } from './judged'

type Finding = { ok: boolean | null; text: string }
type ConfigRead = Extract<RunEvent, { kind: 'config-read' }>

const groupPrefix = (node: string) => `groups ${node} `

/** What a node's group gives it, without the group's own name. */
const groupOf = (written: readonly string[], node: string): string[] =>
  written.filter((line) => line.startsWith(groupPrefix(node))).map((line) => line.slice(groupPrefix(node).length))

const appliesNodeGroup = (line: string) => /^apply-groups (?:\[ )?"?\$\{node\}"?/.test(line)

/** As it is written: a group for each node, and the one by the node's own name applied. */
function writtenFindings({ node: reading, written }: ConfigRead, nodes: readonly string[]): Finding[] {
  if (!written) return [{ ok: null, text: `${reading}: its configuration could not be read` }]
  const without = nodes.filter((node) => groupOf(written, node).length === 0)
  const applied = written.some(appliesNodeGroup)
  return [
    {
      ok: without.length === 0,
      text: `${reading}: ${without.length === 0 ? `groups of ${nodes.join(' and ')}` : `no group of ${without.join(' and ')}`}`,
    },
    { ok: applied, text: `${reading}: apply-groups "\${node}" ${applied ? 'there' : 'NOT there'}` },
  ]
}

/** Expanded: what the node's own group says stands in its place, and nothing that only the other's says. */
function expandedFindings({ node: reading, written, expanded }: ConfigRead, nodes: readonly string[]): Finding[] {
  if (!written) return []
  if (!expanded) return [{ ok: null, text: `${reading}: its expanded configuration could not be read` }]
  const own = groupOf(written, reading)
  const common = new Set([...written, ...own])
  const foreign = nodes.filter((node) => node !== reading).flatMap((node) => groupOf(written, node))
  const inPlace = new Set(expanded)
  const lacking = own.filter((line) => !inPlace.has(line))
  const strange = foreign.filter((line) => !common.has(line) && inPlace.has(line))
  const said = [
    ...lacking.map((line) => `lacks "${line}"`),
    ...strange.map((line) => `has "${line}" of the other node`),
  ]
  return [
    {
      ok: own.length > 0 && said.length === 0,
      text: `${reading} expanded: ${said.slice(0, 3).join(', ') || `${own.length} statements of its own group at their place`}`,
    },
  ]
}

function sameOnBoth(reads: readonly ConfigRead[]): Finding {
  const [first, ...others] = reads.map(({ written }) => written)
  if (!first || others.length === 0 || others.includes(null))
    return { ok: null, text: 'the configurations cannot be compared' }
  const known = new Set(first)
  const strange = others.flatMap((other) => {
    const theirs = new Set(other)
    return [...first.filter((line) => !theirs.has(line)), ...[...theirs].filter((line) => !known.has(line))]
  })
  const isSame = others.every((other) => JSON.stringify(other) === JSON.stringify(first))
  const difference = strange[0] ? `differ, as in "${strange[0]}"` : 'have the same statements in another order'
  return {
    ok: isSame,
    text: isSame ? `both nodes have the same ${first.length} statements` : `the nodes ${difference}`,
  }
}

function findings({ evidence: { lab, events } }: Analysis): Finding[] {
  const reads = events.filter((event): event is ConfigRead => event.kind === 'config-read')
  const nodes = lab.cluster.nodes.map(({ name }) => name)
  const ofNodes = nodes.flatMap((node): Finding[] => {
    const read = reads.find((candidate) => candidate.node === node)
    if (!read) return [{ ok: null, text: `${node} was not asked` }]
    return [...writtenFindings(read, nodes), ...expandedFindings(read, nodes)]
  })
  return [...ofNodes, sameOnBoth(reads)]
}

/** One configuration for both nodes: groups and `apply-groups "${node}"` as written, and what they give when expanded. */
export const singleConfig: Criterion = {
  id: 'single-config',
  title: 'One configuration with the groups of both nodes, the same on both, expanded for each',
  limit: () => ({ value: null, unit: '', text: 'groups, apply-groups, same on both, own group expanded' }),
  judge: (analysis) => allHold(findings(analysis), 'facts'),
}
