import type { Finding } from '../../domain/check'
import type { Place } from '../../domain/ids'
import type { AnyLab, Lab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import type { LabAccess } from '../../drivers/at'
import { startUnit } from '../../drivers/systemd'
import { installArgv, versionArgument, versionIn } from '../versions'
import { hostQuestions, instanceQuestions } from './declared'
import { type About, type CheckOptions, fine, guarded, joined, mendAt, type Part, said, wrong } from './finding'
import { type Needs, toolNeeds } from './needs'
import { isThere, type PlaceFacts, type Question, readFacts } from './place-facts'
import { kernelFinding, systemFindings, systemOf, systemQuestions } from './system'

function toolFinding(lab: AnyLab, place: Place, alternatives: string[], facts: PlaceFacts): Finding {
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

/** What is asked of one place, in one script. */
function questionsAt(lab: Lab, { place, tools }: Needs, isRunOn: boolean): Question[] {
  const name = placeName(place)
  const isNode = 'instance' in place && lab.cluster.nodes.some(({ instance }) => instance === name)
  const instance = 'instance' in place ? lab.instances.find((one) => one.name === name) : undefined
  return [
    ...(isNode ? [{ name: 'unit', argv: ['systemctl', 'is-active', lab.cluster.unit] }] : []),
    ...toolQuestions(tools),
    ...systemQuestions(systemOf(lab, place)),
    ...(instance && !isRunOn ? instanceQuestions(lab, instance) : []),
    ...('host' in place && name === lab.containers.host ? hostQuestions(lab) : []),
  ]
}

/** Tools as questions to a place. */
export const toolQuestions = (tools: Needs['tools']): Question[] =>
  tools.flat().map((tool) => ({ name: `tool/${tool}`, argv: [tool, versionArgument(tool)] }))

type Asking = {
  need: Needs
  questions: readonly Question[]
  /** The host whose kernel the place has; null: its own. */
  sharedWith: string | null
  /** What else the answers tell. */
  more?: (facts: PlaceFacts) => Finding[]
}

/** Kernel, system and tools of one place; the facts are null when it could not be asked. */
export async function lookAtPlace(
  access: LabAccess<AnyLab>,
  { need: { place, tools }, questions, sharedWith, more = () => [] }: Asking,
  options: CheckOptions,
): Promise<Part & { facts: PlaceFacts | null }> {
  const { lab } = access
  const name = placeName(place)
  const about: About = { id: `kernel/${name}`, group: 'host' in place ? 'host' : 'instance', place, title: 'Kernel' }
  const read: { facts: PlaceFacts | null } = { facts: null }
  const kernel = await guarded(about, options, async () => {
    const facts = await readFacts(access, place, questions, options)
    read.facts = facts
    return kernelFinding(lab, place, facts, sharedWith)
  })
  const { facts } = read
  if (!facts)
    return { findings: [kernel], skipped: [{ place, what: 'tools', reason: `${name} could not be asked` }], facts }
  const toolFindings = tools.map((alternatives) => toolFinding(lab, place, alternatives, facts))
  const system = systemFindings(lab, place, facts, sharedWith)
  return { findings: [kernel, ...system, ...more(facts), ...toolFindings], skipped: [], facts }
}

type Looked = Part & { place: Place; isUnitActive: boolean; facts: PlaceFacts | null }

/** The same with the unit, where there is one. */
async function lookAt(access: LabAccess, need: Needs, options: PlacesOptions): Promise<Looked> {
  const { lab } = access
  const { place } = need
  const name = placeName(place)
  const unit: { finding: Finding | null } = { finding: null }
  const asking: Asking = {
    ...{ need, questions: questionsAt(lab, need, options.isRunOn) },
    sharedWith: 'instance' in place && options.containers.has(name) ? lab.containers.host : null,
    more: (facts) => {
      unit.finding = 'instance' in place ? unitFinding(lab, name, facts) : null
      return unit.finding ? [unit.finding] : []
    },
  }
  const part = await lookAtPlace(access, asking, options)
  const isUnitActive = part.facts !== null && (unit.finding === null || unit.finding.status === 'ok')
  return { ...part, place, isUnitActive }
}

export type PlacesOptions = CheckOptions & {
  /** Instances that have the kernel of their host. */
  containers: ReadonlySet<string>
  /** What a run changes, and what would disturb it, is not asked. */
  isRunOn: boolean
}

export type PlacesPart = Part & {
  /** Instances of nodes whose unit runs, or where nobody can tell. */ active: Set<string>
  /** What each instance that could be asked answered, and the container host. */
  instances: Map<string, PlaceFacts>
  host: PlaceFacts | undefined
}

/** What is installed, set and running at every place that can be asked. */
export async function checkPlaces(
  access: LabAccess,
  canAsk: (place: Place) => boolean,
  options: PlacesOptions,
): Promise<PlacesPart> {
  const { lab } = access
  const needs = toolNeeds(lab).filter(({ place }) => canAsk(place))
  const parts = await Promise.all(needs.map((need) => lookAt(access, need, options)))
  const active = parts.flatMap(({ place, isUnitActive }) => (isUnitActive ? [placeName(place)] : []))
  const answers = parts.flatMap(({ place, facts }) => (facts ? [{ place, facts }] : []))
  const instances = answers.flatMap(({ place, facts }) =>
    'instance' in place ? [[place.instance, facts] as const] : [],
  )
  const host = answers.find(({ place }) => 'host' in place && place.host === lab.containers.host)?.facts
  return { ...joined(parts), active: new Set(active), instances: new Map(instances), host }
}
