import type { Finding, LabCheck } from '../domain/check'
import { type AnyLab, hasCluster, leaseHost } from '../domain/lab'
import type { LabAccess } from '../drivers/at'
import { checkClocks } from './check/clocks'
import type { CheckOptions } from './check/finding'
import { checkHosts } from './check/hosts'
import { checkDirectory, checkLease } from './check/lease'
import { Reach } from './check/reach'
import { CHECK_BUDGET_MS, type CheckLabOptions, checkLab } from './check-lab'

const TAG = 'observe/check'
const STEPS = ['Hosts', 'Lease', 'Clocks'] as const

/** `checkLab`, for any lab. */
export const checkAnyLab = ({ lab, pool }: LabAccess<AnyLab>, options: CheckLabOptions): Promise<LabCheck> =>
  hasCluster(lab) ? checkLab({ lab, pool }, options) : checkWanLab({ lab, pool }, options)

/** What a run on a WAN needs of its hosts. Its links, VMs and WANulators are looked at by the preflight of each run. */
async function checkWanLab(access: LabAccess<AnyLab>, options: CheckLabOptions): Promise<LabCheck> {
  const startMs = Date.now()
  const ask: CheckOptions = { tag: TAG, signal: AbortSignal.timeout(options.budgetMs ?? CHECK_BUDGET_MS) }
  const step = (done: number) => options.onProgress?.({ startMs, step: STEPS[done] ?? '', done, of: STEPS.length })
  step(0)
  const findings: Finding[] = await checkHosts(access, ask)
  const reach = new Reach(access, findings)
  step(1)
  const ownRun = await options.ownRun()
  let run: LabCheck['run'] = ownRun === null ? null : { id: ownRun, owner: null }
  if (reach.canAsk({ host: leaseHost(access.lab) })) {
    const [lease, directory] = await Promise.all([checkLease(access, ownRun, ask), checkDirectory(access, ask)])
    const { reading } = lease
    if (reading?.isAlive && !run) run = { id: reading.info.runId, owner: reading.info.owner }
    findings.push(lease.finding, ...directory)
  }
  step(2)
  findings.push(...(await checkClocks(access, reach.canAsk, ask)))
  return { lab: access.lab.id, startMs, endMs: Date.now(), run, findings, skipped: reach.skipped() }
}
