import type { Finding, LabCheck, Skipped } from '../domain/check'
import { type AnyLab, hasCluster, leaseHost, type WanLab } from '../domain/lab'
import type { LabAccess } from '../drivers/at'
import { checkClocks } from './check/clocks'
import { type CheckOptions, joined, type Part } from './check/finding'
import { checkHosts } from './check/hosts'
import { checkDirectory, checkLease } from './check/lease'
import { wanToolNeeds } from './check/needs'
import { lookAtPlace, toolQuestions } from './check/places'
import { Reach } from './check/reach'
import { systemOf, systemQuestions } from './check/system'
import { checkTarget } from './check/traffic'
import { checkConsoles } from './check/wan-consoles'
import { readPve } from './check/wan-facts'
import { nicFindings } from './check/wan-nics'
import { vmFindings } from './check/wan-vms'
import { CHECK_BUDGET_MS, type CheckLabOptions, checkLab, reasonOf } from './check-lab'
import type { ConsoleTurns } from './console-turns'

const TAG = 'observe/check'
const STEPS = [
  'Hosts',
  'Lease, tools and systems',
  'VMs, bridges and NICs',
  'Consoles of the WANulators',
  'Targets',
  'Clocks',
] as const

export type CheckWanOptions = CheckLabOptions & {
  turns: ConsoleTurns
  /** Where the consoles' password is found; the app's environment unless told. */
  env?: Readonly<Record<string, string | undefined>>
}

/** `checkLab`, for any lab. */
export const checkAnyLab = ({ lab, pool }: LabAccess<AnyLab>, options: CheckWanOptions): Promise<LabCheck> =>
  hasCluster(lab) ? checkLab({ lab, pool }, options) : checkWanLab({ lab, pool }, options)

/** Tools and systems of the hosts that can be asked. */
async function checkTools(access: LabAccess<WanLab>, canAsk: Reach['canAsk'], options: CheckOptions): Promise<Part> {
  const { lab } = access
  const needs = wanToolNeeds(lab).filter(({ place }) => canAsk(place))
  const looked = needs.map((need) => {
    const questions = [...toolQuestions(need.tools), ...systemQuestions(systemOf(lab, need.place))]
    return lookAtPlace(access, { need, questions, sharedWith: null }, options)
  })
  return joined(await Promise.all(looked))
}

/**
 * What a run on a WAN needs, held against the lab file: hosts, tools, VMs, bridges, NICs, consoles, targets. As `checkLab`
 * it changes nothing, and skips what would disturb a run that is going on.
 */
async function checkWanLab(access: LabAccess<WanLab>, options: CheckWanOptions): Promise<LabCheck> {
  const { lab } = access
  const startMs = Date.now()
  const ask: CheckOptions = { tag: TAG, signal: AbortSignal.timeout(options.budgetMs ?? CHECK_BUDGET_MS) }
  const findings: Finding[] = []
  const skipped: Skipped[] = []
  const take = (part: Part) => {
    findings.push(...part.findings)
    skipped.push(...part.skipped)
  }
  const step = (done: number) => options.onProgress?.({ startMs, step: STEPS[done] ?? '', done, of: STEPS.length })
  const pve = { host: lab.wan.pve.host }

  step(0)
  findings.push(...(await checkHosts(access, ask)))
  const reach = new Reach(access, findings)
  skipped.push(...reach.skipped())

  step(1)
  const ownRun = await options.ownRun()
  let run: LabCheck['run'] = ownRun === null ? null : { id: ownRun, owner: null }
  if (reach.canAsk({ host: leaseHost(lab) })) {
    const [lease, directory] = await Promise.all([checkLease(access, ownRun, ask), checkDirectory(access, ask)])
    const { reading } = lease
    if (reading?.isAlive && !run) run = { id: reading.info.runId, owner: reading.info.owner }
    findings.push(lease.finding, ...directory)
  }
  take(await checkTools(access, reach.canAsk, ask))

  step(2)
  const found = reach.canAsk(pve) ? await readPve(access, ask) : null
  if (found) findings.push(...vmFindings(lab, found), ...nicFindings(lab, found))

  step(3)
  const late = await options.ownRun()
  run ??= late === null ? null : { id: late, owner: null }
  const skip = (what: string, reason: string) => skipped.push({ place: null, what, reason })
  if (found && run) skip('consoles of the WANulators', reasonOf(run))
  else if (found) {
    const look = (stop: AbortSignal) =>
      checkConsoles(access, found, {
        ...{ ...ask, env: options.env },
        signal: AbortSignal.any([ask.signal, stop]),
      })
    const part = await options.turns.look(lab.id, look)
    if (part) take(part)
    else skip('consoles of the WANulators', 'a run is going on')
  }

  step(4)
  const targets = lab.targets.filter(({ from }) => reach.canAsk(from))
  if (run) skip('answers of the targets', reasonOf(run))
  else findings.push(...(await Promise.all(targets.map((target) => checkTarget(access, target, ask)))))

  step(5)
  if (run) skip('clock offsets', `${reasonOf(run)}, which has read them itself`)
  else findings.push(...(await checkClocks(access, reach.canAsk, ask)))
  return { lab: lab.id, startMs, endMs: Date.now(), run, findings, skipped }
}
