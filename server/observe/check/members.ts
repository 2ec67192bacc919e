import type { Finding, Mend } from '../../domain/check'
import { type Lab, NODE_ID_FILE } from '../../domain/lab'
import type { ConfiguredInterfaces } from '../../drivers/junos-config-parse'
import { commandText } from '../../drivers/place'
import { preferredNode } from '../../topology/lookups'
import { type About, differing, fine, mendAt, said } from './finding'
import { isThere, type PlaceFacts, type Question } from './place-facts'

type Node = Lab['cluster']['nodes'][number]

/** Feeds lines to the CLI; "$@" are the lines. */
const typed = (lab: Lab, lines: readonly string[]): string[] => [
  ...['sh', '-c', `printf '%s\\n' "$@" | ${commandText(lab.cluster.cli)}`, 'sh'],
  ...lines,
]

/** Makes an interface a member of a RETH, on the node that takes changes. */
export function setParent(lab: Lab, member: string, reth: string): Mend | null {
  const node = preferredNode(lab)
  if (!node) return null
  const options = member.startsWith('xe-') || member.startsWith('ge-') ? 'gigether-options' : 'ether-options'
  const set = `set interfaces ${member} ${options} redundant-parent ${reth}`
  return mendAt(lab, { instance: node.instance }, typed(lab, ['configure', set, 'commit', 'exit', 'exit']))
}

/**
 * Each RETH's members against the configuration. Members in `told` are left out: a finding on that interface says it.
 */
export function memberFindings(lab: Lab, configured: ConfiguredInterfaces, told: ReadonlySet<string>): Finding[] {
  return lab.cluster.reths.map((reth) => {
    const about: About = { id: `reth/${reth.name}`, group: 'cluster', place: null, title: `Members of ${reth.name}` }
    const known = (member: string) => !told.has(member)
    const found = [...configured.rethOf].flatMap(([member, of]) => (of === reth.name ? [member] : []))
    const missing = reth.members.filter((member) => !found.includes(member)).filter(known)
    const extra = found.filter((member) => !reth.members.includes(member)).filter(known)
    const declared = reth.members.join(', ')
    if (missing.length === 0 && extra.length === 0) return fine(about, found.join(', '), declared)
    const where = `configuration of ${lab.cluster.unit}`
    const mends = missing.map((member) => setParent(lab, member, reth.name)).filter((mend) => mend !== null)
    const [first] = mends
    const mend = first ? { host: first.host, command: mends.map(({ command }) => command).join(' && ') } : null
    const hint = 'Or mend cluster.reths in the lab file.'
    return differing(about, [{ what: 'members', declared, found: found.join(', '), where }], { mend, hint })
  })
}

/** What asks a node for its id. */
export const nodeIdQuestion = ({ nodeIdFile = NODE_ID_FILE }: Node): Question => ({
  name: 'node-id',
  argv: ['cat', nodeIdFile],
})

/** The id that a node holds itself for; null where the file is not there and the lab file names none. */
export function nodeIdFinding(lab: Lab, node: Node, facts: PlaceFacts): Finding | null {
  const { nodeIdFile: file = NODE_ID_FILE } = node
  const section = facts.get('node-id')
  const isRead = isThere(section) && section.exitCode === 0
  if (!isRead && node.nodeIdFile === undefined) return null
  const place = { instance: node.instance }
  const about: About = { id: `node-id/${node.name}`, group: 'cluster', place, title: `Node id of ${node.name}` }
  const declared = String(node.id)
  const found = said(section?.text ?? '')
  if (isRead && found === declared) return fine(about, found, declared)
  const mend = mendAt(lab, place, ['sh', '-c', `echo ${declared} >${commandText([file])}`])
  const hint = `Then restart ${lab.cluster.unit} there; or mend cluster.nodes in the lab file.`
  const difference = { what: 'id', declared, found, where: `${file} in ${node.instance}` }
  return differing(about, [difference], { status: isRead ? 'differs' : 'missing', mend, hint })
}
