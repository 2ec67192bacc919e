import type { Finding, Skipped } from '../../domain/check'
import type { Instance, Lab, LabInterface } from '../../domain/lab'
import type { InstanceState } from '../../drivers/incus'
import { type LinkRow, parseLinkRows } from '../../drivers/ip-link-parse'
import { type ConfiguredInterfaces, parseConfiguredInterfaces } from '../../drivers/junos-config-parse'
import { type About, type Part, said, wrong } from './finding'
import { interfaceFindings } from './interfaces'
import { memberFindings, nodeIdFinding, nodeIdQuestion } from './members'
import { isThere, type PlaceFacts, type Question } from './place-facts'
import type { Surroundings } from './surroundings'
import { vfFinding } from './vfs'

/** Links of a machine with many of them, a configuration with many zones. */
const MAX_CHARS = 1_000_000
const CLI_S = '3'

/** Whether anything in the lab file has to be looked up among the links of the container host. */
export const needsHostLinks = (lab: Lab): boolean =>
  lab.networks.some(({ bridge }) => bridge !== undefined) ||
  lab.instances.some(({ interfaces }) => interfaces.some(({ vf }) => vf !== undefined))

/** What the container host is asked for: its links with their bridges and VFs. */
export const hostQuestions = (lab: Lab): Question[] =>
  needsHostLinks(lab) ? [{ name: 'links', argv: ['ip', '-j', 'link'], maxChars: MAX_CHARS }] : []

/** What an instance is asked for: its links, and a node for its configuration and id as well. */
export function instanceQuestions(lab: Lab, instance: Instance): Question[] {
  const node = lab.cluster.nodes.find((one) => one.instance === instance.name)
  const config = ['timeout', CLI_S, ...lab.cluster.cli, '-c', 'show configuration']
  return [
    ...(instance.interfaces.length > 0
      ? [{ name: 'links', argv: ['ip', '-d', '-j', 'link'], maxChars: MAX_CHARS }]
      : []),
    ...(node ? [nodeIdQuestion(node), { name: 'configuration', argv: config, maxChars: MAX_CHARS }] : []),
  ]
}

const configuredIn = (facts: PlaceFacts | undefined): ConfiguredInterfaces | null => {
  const section = facts?.get('configuration')
  // What was cut off says nothing of what is missing.
  const isWhole = section?.exitCode === 0 && section.text.length < MAX_CHARS
  return isWhole ? parseConfiguredInterfaces(section.text) : null
}

/** Links out of an answer; a finding where it cannot be read, nothing where the tool is missing: that is one already. */
function readLinks(facts: PlaceFacts | undefined, about: About): { links: LinkRow[] | null; findings: Finding[] } {
  const section = facts?.get('links')
  if (!isThere(section)) return { links: null, findings: [] }
  const links = parseLinkRows(section.text)
  if (links) return { links, findings: [] }
  const found = said(section.text)
  return {
    links,
    findings: [wrong(about, 'unknown', { found, expected: 'the links in JSON, as "ip -j link" gives them' })],
  }
}

export type Found = {
  states: ReadonlyMap<string, InstanceState>
  profiles: Surroundings['profiles']
  /** Answers of the container host, and of each instance that could be asked. */
  host: PlaceFacts | undefined
  instances: ReadonlyMap<string, PlaceFacts>
}

function ofInstance(lab: Lab, instance: Instance, found: Found, hostLinks: Surroundings['hostLinks']): Part {
  const place = { instance: instance.name }
  const facts = found.instances.get(instance.name)
  const state = found.states.get(instance.name)
  if (instance.interfaces.length === 0 || !facts || !state) return { findings: [], skipped: [] }
  const about: About = { id: `links/${instance.name}`, group: 'interface', place, title: 'Network interfaces' }
  const { links, findings } = readLinks(facts, about)
  if (!links) {
    const skipped: Skipped = { place, what: 'interfaces', reason: `"ip link" says nothing of use on ${instance.name}` }
    return { findings, skipped: [skipped] }
  }
  const configured = configuredIn(facts)
  const around: Surroundings = { lab, instance, state, links, hostLinks, configured, profiles: found.profiles }
  const { findings: own, matches } = interfaceFindings(around)
  const isFine = ({ name }: LabInterface) => own.some(({ title, status }) => title === name && status === 'ok')
  // Of an interface that is another one than declared it is no news that its VF is another one, too.
  const vfs = [...matches].flatMap(([one, nic]) => vfFinding(around, one, isFine(one) ? nic : null) ?? [])
  return { findings: [...own, ...vfs], skipped: [] }
}

/** Members whose RETH a finding on the interface itself tells of. */
const toldMembers = (findings: readonly Finding[]): Set<string> =>
  new Set(findings.flatMap((one) => (one.differences.some(({ what }) => what === 'RETH') ? [one.title] : [])))

/** Interfaces, bridges, VFs, RETH members and node ids: what the lab file declares against what was found. */
export function checkDeclared(lab: Lab, found: Found): Part {
  const host = { host: lab.containers.host }
  const about: About = { id: `links/${host.host}`, group: 'host', place: host, title: 'Links of the container host' }
  const { links: hostLinks, findings } = readLinks(found.host, about)
  const skipped: Skipped[] =
    needsHostLinks(lab) && found.host && !hostLinks
      ? [{ place: host, what: 'bridges and VFs', reason: `"ip link" says nothing of use on ${host.host}` }]
      : []
  const parts = lab.instances.map((instance) => ofInstance(lab, instance, found, hostLinks))
  const interfaces = parts.flatMap((part) => part.findings)
  const nodes = lab.cluster.nodes.flatMap((node) => {
    const facts = found.instances.get(node.instance)
    const finding = facts?.has('node-id') ? nodeIdFinding(lab, node, facts) : null
    return finding ? [finding] : []
  })
  const configured = lab.cluster.nodes
    .map(({ instance }) => configuredIn(found.instances.get(instance)))
    .find((one) => one !== null)
  const wasAsked = [...found.instances.values()].some((facts) => facts.has('configuration'))
  if (!configured && wasAsked && lab.cluster.reths.length > 0)
    skipped.push({ place: null, what: 'members of RETHs', reason: 'no node shows a configuration with interfaces' })
  const members = configured ? memberFindings(lab, configured, toldMembers(interfaces)) : []
  return {
    findings: [...findings, ...interfaces, ...nodes, ...members],
    skipped: [...skipped, ...parts.flatMap((part) => part.skipped)],
  }
}
