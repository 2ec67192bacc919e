import type { Lab } from '../../domain/lab'
import type { RunContext } from '../../domain/run'
import type { LabSnapshot } from '../../domain/snapshot'
import type { LabAccess } from '../../drivers/at'
import { armLeaseCommand, readLeaseCommand } from '../../drivers/lease'
import { AppError, asAppError } from '../../errors'
import {
  askNodes,
  type Check,
  checkClocks,
  checkHosts,
  checkInstances,
  checkManualFailover,
  checkPrimaries,
  checkTools,
} from '../../observe/preflight'
import { takeSnapshot } from '../../observe/snapshot'
import { softwareVersion } from '../../observe/versions'
import { LeaseKeeper, leaseRequest } from '../lease-keeper'
import type { RunSession } from '../session'
import { calibrate, plannedCalibration } from './calibrate'
import { commandsOf } from './dry-run'
import { type Handler, PLAN_RUN_ID, planned } from './handler'

type Options = { tag: string; signal?: AbortSignal }

/** Everything that is asked before anything is changed, but for the probes. Rejects only when cancelled. */
async function examine(access: LabAccess, tools: readonly string[], options: Options) {
  const { lab } = access
  const hosts = await checkHosts(access, options)
  if (hosts.some(({ ok }) => !ok)) return { checks: hosts, context: null }
  const [instances, toolset, polls, versions] = await Promise.all([
    checkInstances(access, options),
    checkTools(access, tools, options),
    askNodes(access, options).catch((error: unknown) => asAppError(error)),
    Promise.all(lab.cluster.nodes.map(({ instance }) => softwareVersion(access, instance, options).catch(() => null))),
  ])
  const cluster: Check[] =
    polls instanceof AppError
      ? [{ id: 'primaries', title: 'Cluster status', ok: false, found: polls.message, hint: polls.hint ?? null }]
      : [checkPrimaries(lab, polls), checkManualFailover(lab, polls)]
  const { check, clocks } = await checkClocks(access, options)
  const named = lab.cluster.nodes.map(({ name }, i) => [name, versions[i] ?? 'unknown'] as const)
  const context = { softwareVersions: Object.fromEntries(named), toolVersions: toolset.versions, clocks }
  return { checks: [...hosts, instances, ...toolset.checks, ...cluster, check], context }
}

/** MAC of every device, out of the snapshot's "instance/link/device/mac" facts. */
const macsIn = (snapshot: LabSnapshot): RunContext['macs'] =>
  Object.fromEntries(
    Object.entries(snapshot).flatMap(([key, value]) => {
      const match = /^(.+)\/link\/(.+)\/mac$/.exec(key)
      return match ? [[`${match[1]}/${match[2]}`, value.toLowerCase()]] : []
    }),
  )

const targetsOf = (lab: Lab, ids: readonly string[]) => lab.targets.filter(({ id }) => ids.includes(id))

async function tell(session: RunSession, checks: readonly Check[]): Promise<void> {
  for (const check of checks) await session.emit({ kind: 'check', stepId: session.recorder.stepId, ...check })
  const failed = checks.filter(({ ok }) => !ok)
  if (failed.length === 0) return
  const message = `Preflight failed: ${failed.map(({ title, found }) => `${title}: ${found}`).join('; ')}.`
  throw new AppError('preflight', message, { hint: failed[0]?.hint ?? undefined })
}

/** What is asked before a run; the lease is armed last, and nothing has been changed until then. */
export const preflight: Handler<'preflight'> = {
  plan: async ({ lab, tag, undo }, { targets, tools }) => {
    const asked = await commandsOf(lab, 'Preflight', (dry) => examine(dry, tools, { tag: tag('preflight') }))
    const probes = targetsOf(lab, targets).map((target) => plannedCalibration(lab, target, tag))
    const read = await commandsOf(lab, 'The lab as it is before', (dry) => takeSnapshot(dry, { tag: tag('snapshot') }))
    if (undo.length === 0) return [...asked, ...probes, ...read]
    const place = { host: lab.containers.host }
    const request = leaseRequest(lab, PLAN_RUN_ID, 'OWNER', undo)
    const arm = armLeaseCommand(lab, request, tag('lease'))
    const lease = [
      planned(place, readLeaseCommand(lab, tag('lease')), 'Is the lab in use?'),
      planned(place, arm, 'Arm the lease: dead-man timer and lock', `renewed every ${lab.leaseS / 4} s`),
    ]
    return [...asked, ...probes, ...read, ...lease]
  },
  run: async (session, { targets, tools }, signal) => {
    const access = session.access()
    const { checks, context } = await examine(access, tools, { tag: session.tag('preflight'), signal })
    await tell(session, checks)
    const probes = await Promise.all(
      targetsOf(session.lab, targets).map((target) => calibrate(session, target, signal)),
    )
    await tell(session, probes)
    const snapshot = await takeSnapshot(access, { tag: session.tag('snapshot'), signal })
    const known = context && { ...context, macs: macsIn(snapshot) }
    if (known) await session.emit({ kind: 'context', context: known })
    await session.deps.runs.patch(session.runId, known ? { snapshot, context: known } : { snapshot })
    session.before = snapshot
    if (session.undo.length > 0) session.lease = await LeaseKeeper.arm(session, session.undo, signal)
  },
}
