import type { CheckProgress, Finding, LabCheck, Skipped } from '../domain/check'
import type { Place } from '../domain/ids'
import { placeName } from '../domain/place'
import type { LabAccess } from '../drivers/at'
import { causesIn, withoutConsequences } from './check/causes'
import { checkClocks } from './check/clocks'
import { checkCluster } from './check/cluster'
import { type Containers, checkContainers } from './check/containers'
import { checkDeclared } from './check/declared'
import type { CheckOptions, Part } from './check/finding'
import { checkHosts } from './check/hosts'
import { checkDirectory, checkLease } from './check/lease'
import { checkPlaces } from './check/places'
import { Reach } from './check/reach'
import { checkTraffic, type Obstacle } from './check/traffic'

/** A whole check never takes longer, whatever hangs. */
export const CHECK_BUDGET_MS = 20_000

const TAG = 'observe/check'
const STEPS = [
  'Hosts',
  'Container tool, instances and lease',
  'Tools, systems, interfaces and the unit',
  'Cluster',
  'Targets and traffic',
  'Clocks',
] as const

export type CheckLabOptions = {
  /** The run of this dashboard that is going on in the lab, asked again before anything that would disturb one. */
  ownRun: () => Promise<string | null>
  onProgress?: (progress: CheckProgress) => void
  budgetMs?: number
}

/** Why something was not looked at. */
export const reasonOf = (run: NonNullable<LabCheck['run']>): string => `run ${run.id} is going on`

/**
 * Looks at everything that a run needs and says how to mend what is not there. Changes nothing, never rejects for what a
 * lab is like. While a run is going on, what that run changes or what would disturb it is skipped.
 */
export async function checkLab(access: LabAccess, options: CheckLabOptions): Promise<LabCheck> {
  const { lab } = access
  const startMs = Date.now()
  const ask: CheckOptions = { tag: TAG, signal: AbortSignal.timeout(options.budgetMs ?? CHECK_BUDGET_MS) }
  const findings: Finding[] = []
  const skipped: Skipped[] = []
  const take = (part: Part) => {
    findings.push(...part.findings)
    skipped.push(...part.skipped)
  }
  const takeBut = (part: Part) => take(withoutConsequences(lab, causesIn(findings), part))
  const step = (done: number) => options.onProgress?.({ startMs, step: STEPS[done] ?? '', done, of: STEPS.length })

  step(0)
  findings.push(...(await checkHosts(access, ask)))
  const reach = new Reach(access, findings)

  step(1)
  const ownRun = await options.ownRun()
  let run: LabCheck['run'] = ownRun === null ? null : { id: ownRun, owner: null }
  let known: Pick<Containers, 'states' | 'profiles'> = { states: new Map(), profiles: new Map() }
  if (reach.canAsk({ host: lab.containers.host })) {
    const [containers, lease, directory] = await Promise.all([
      checkContainers(access, ask),
      checkLease(access, ownRun, ask),
      checkDirectory(access, ask),
    ])
    reach.running = containers.running
    known = containers
    const { reading } = lease
    if (reading?.isAlive && !run) run = { id: reading.info.runId, owner: reading.info.owner }
    // A run stops instances on purpose: it must not be told to start them.
    const isMeant = (finding: Finding) => run !== null && finding.group === 'instance' && finding.status === 'differs'
    findings.push(...containers.findings.filter((finding) => !isMeant(finding)), lease.finding, ...directory)
  }
  skipped.push(...reach.skipped())

  step(2)
  const containers = new Set([...known.states].flatMap(([name, { type }]) => (type === 'container' ? [name] : [])))
  const places = await checkPlaces(access, reach.canAsk, { ...ask, containers, isRunOn: run !== null })
  const isOfRun = ({ id }: Finding) => run !== null && id.startsWith('unit/')
  take({ ...places, findings: places.findings.filter((finding) => !isOfRun(finding)) })
  if (run) skipped.push({ place: null, what: 'interfaces, VFs, RETHs, node ids', reason: reasonOf(run) })
  else take(checkDeclared(lab, { ...known, ...places }))

  step(3)
  if (run) skipped.push({ place: null, what: 'units, CLI, primaries, manual failovers', reason: reasonOf(run) })
  else {
    const up = lab.cluster.nodes.filter(({ instance }) => reach.canAsk({ instance }))
    takeBut(await checkCluster(access, up, places.active, ask))
  }

  step(4)
  const late = await options.ownRun()
  run ??= late === null ? null : { id: late, owner: null }
  const isMissing = (place: Place, tool: string | null) =>
    findings.some(({ id, status }) => id === `tool/${placeName(place)}/${tool}` && status === 'missing')
  const obstacle: Obstacle = (place, tool) =>
    reach.obstacle(place) ?? (isMissing(place, tool) ? `${tool} is missing on ${placeName(place)}` : null)
  takeBut(await checkTraffic(access, obstacle, run && reasonOf(run), ask))

  step(5)
  if (run) skipped.push({ place: null, what: 'clock offsets', reason: `${reasonOf(run)}, which has read them itself` })
  else findings.push(...(await checkClocks(access, reach.canAsk, ask)))
  return { lab: lab.id, startMs, endMs: Date.now(), run, findings, skipped }
}
