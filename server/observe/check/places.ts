import type { Finding } from '../../domain/check'
import type { Place } from '../../domain/ids'
import type { Lab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import type { LabAccess } from '../../drivers/at'
import { startUnit } from '../../drivers/systemd'
import { installArgv, versionIn } from '../versions'
import { type About, type CheckOptions, fine, guarded, joined, mendAt, type Part, said, wrong } from './finding'
import { type Needs, toolNeeds } from './needs'
import { type PlaceFacts, readFacts, type Section } from './place-facts'

/** There, and can be started: 126 and 127 are the shell's words for the contrary. */
const isThere = (section: Section | undefined): boolean =>
  section !== undefined && section.exitCode !== 126 && section.exitCode !== 127

function toolFinding(lab: Lab, place: Place, alternatives: string[], facts: PlaceFacts): Finding {
  const [first = ''] = alternatives
  const title = alternatives.join(' or ')
  const about: About = { id: `tool/${placeName(place)}/${alternatives.join('-or-')}`, group: 'tool', place, title }
  const there = alternatives.filter((tool) => isThere(facts.get(`tool/${tool}`)))
  const version = (tool: string) => versionIn(facts.get(`tool/${tool}`)?.text ?? '') ?? 'there, version unknown'
  if (there.length > 0)
    return fine(
      about,
      there.map((tool) => (alternatives.length > 1 ? `${tool} ${version(tool)}` : version(tool))).join(', '),
    )
  const text = said(facts.get(`tool/${first}`)?.text ?? '')
  const mend = mendAt(lab, place, installArgv(first))
  return wrong(about, 'missing', { found: text || 'not there', expected: title, mend })
}

function unitFinding(lab: Lab, instance: string, facts: PlaceFacts): Finding | null {
  const { unit } = lab.cluster
  const place = { instance }
  const about: About = { id: `unit/${instance}`, group: 'cluster', place, title: `Unit ${unit}` }
  const section = facts.get('unit')
  // No systemctl: that is a finding of its own.
  if (!section || !isThere(section)) return null
  const state = said(section.text)
  if (section.exitCode === 0 && state === 'active') return fine(about, state, 'active')
  const mend = mendAt(lab, place, startUnit(unit))
  const hint = `If it does not stay: journalctl -u ${unit} on ${instance}.`
  return wrong(about, 'differs', { found: state, expected: 'active', mend, hint })
}

/** Kernel, tools and unit of one place; the facts are null when it could not be asked. */
async function lookAt(
  access: LabAccess,
  { place, tools }: Needs,
  options: CheckOptions,
): Promise<Part & { place: Place; isUnitActive: boolean }> {
  const { lab } = access
  const name = placeName(place)
  const isNode = 'instance' in place && lab.cluster.nodes.some(({ instance }) => instance === name)
  const about: About = { id: `kernel/${name}`, group: 'host' in place ? 'host' : 'instance', place, title: 'Kernel' }
  const read: { facts: PlaceFacts | null } = { facts: null }
  const kernel = await guarded(about, options, async () => {
    const facts = await readFacts(access, place, isNode ? lab.cluster.unit : null, tools.flat(), options)
    read.facts = facts
    const release = said(facts.get('kernel')?.text ?? '')
    if (release !== '') return fine(about, release)
    return wrong(about, 'unknown', { found: 'uname says nothing', expected: 'a kernel release' })
  })
  const { facts } = read
  if (!facts) {
    const skipped = [{ place, what: 'tools', reason: `${name} could not be asked` }]
    return { findings: [kernel], skipped, place, isUnitActive: false }
  }
  const unit = isNode ? unitFinding(lab, name, facts) : null
  const toolFindings = tools.map((alternatives) => toolFinding(lab, place, alternatives, facts))
  const findings = [kernel, ...(unit ? [unit] : []), ...toolFindings]
  return { findings, skipped: [], place, isUnitActive: unit === null || unit.status === 'ok' }
}

export type PlacesPart = Part & {
  /** Instances of nodes whose unit runs, or where nobody can tell. */ active: Set<string>
}

/** What is installed and runs at every place that can be asked. */
export async function checkPlaces(
  access: LabAccess,
  canAsk: (place: Place) => boolean,
  options: CheckOptions,
): Promise<PlacesPart> {
  const needs = toolNeeds(access.lab).filter(({ place }) => canAsk(place))
  const parts = await Promise.all(needs.map((need) => lookAt(access, need, options)))
  const active = parts.flatMap(({ place, isUnitActive }) => (isUnitActive ? [placeName(place)] : []))
  return { ...joined(parts), active: new Set(active) }
}
