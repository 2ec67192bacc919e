import { setTimeout as sleep } from 'node:timers/promises'
import { type AnyLab, hasCluster, leaseHost } from '../../domain/lab'
import type { CongestionNeed } from '../../domain/load'
import type { RunContext } from '../../domain/run'
import type { LabSnapshot } from '../../domain/snapshot'
import type { LabAccess } from '../../drivers/at'
import { clockOffset } from '../../drivers/clock'
import { armLeaseCommand, readLeaseCommand, renewLease } from '../../drivers/lease'
import { AppError, asAppError } from '../../errors'
import { findConnection } from '../../observe/connections'
import {
  askNodes,
  type Check,
  checkAnswers,
  checkClocks,
  checkCongestion,
  checkHosts,
  checkInstances,
  checkManualFailover,
  checkPrimaries,
  checkTools,
  clockPlaces,
} from '../../observe/preflight'
import { takeSnapshot, unreadIn } from '../../observe/snapshot'
import { checkSwitches, readSwitches, switchedOn } from '../../observe/switches'
import { softwareVersion } from '../../observe/versions'
import { leftLoggedOut } from '../../observe/wan-facts'
import { checkWan, isFinalCheck } from '../../observe/wan-preflight'
import { LeaseKeeper, leaseRequest, RENEWALS_PER_LEASE } from '../lease-keeper'
import type { RunSession } from '../session'
import { calibrate, plannedCalibration } from './calibrate'
import { commandsOf, dryEnv } from './dry-run'
import { type Handler, PLAN_RUN_ID, planned } from './handler'

const SNAPSHOT_TRIES = 3
const PAUSE_MS = 1000

type Options = { tag: string; signal?: AbortSignal; env?: Readonly<Record<string, string | undefined>> }
type Question = {
  tools: readonly string[]
  nodeTools?: readonly string[]
  anyState?: boolean
  congestion?: CongestionNeed
}

/** Everything that is asked before anything is changed, but for the probes. Rejects only when cancelled. */
async function examine({ lab, pool }: LabAccess<AnyLab>, question: Question, options: Options) {
  if (hasCluster(lab)) return examineCluster({ lab, pool }, question, options)
  const access = { lab, pool }
  const [toolset, switches, links] = await Promise.all([
    checkTools(access, question.tools, options),
    readSwitches(access, options),
    question.anyState ? [] : checkWan(access, options),
  ])
  const context = { softwareVersions: {}, toolVersions: toolset.versions, switches: switchedOn(switches) }
  return { checks: [...toolset.checks, ...links].concat(checkSwitches(lab, switches) ?? []), context }
}

async function examineCluster(
  access: LabAccess,
  { tools, nodeTools = [], anyState = false, congestion }: Question,
  options: Options,
) {
  const { lab } = access
  const [instances, toolset, congested, polls, switches, versions] = await Promise.all([
    checkInstances(access, options),
    checkTools(access, tools, options, nodeTools),
    congestion ? checkCongestion(access, congestion, options).then((check) => [check]) : [],
    askNodes(access, options).catch((error: unknown) => asAppError(error)),
    readSwitches(access, options),
    Promise.all(lab.cluster.nodes.map(({ instance }) => softwareVersion(access, instance, options).catch(() => null))),
  ])
  const cluster: Check[] =
    polls instanceof AppError
      ? [{ id: 'primaries', title: 'Cluster status', ok: false, found: polls.message, hint: polls.hint ?? null }]
      : anyState
        ? [checkAnswers(lab, polls)]
        : [checkPrimaries(lab, polls), checkManualFailover(lab, polls)]
  const named = lab.cluster.nodes.map(({ name }, i) => [name, versions[i] ?? 'unknown'] as const)
  const context = {
    softwareVersions: Object.fromEntries(named),
    toolVersions: toolset.versions,
    switches: switchedOn(switches),
  }
  const misbehaviour = checkSwitches(lab, switches) ?? []
  return { checks: [instances, ...toolset.checks, ...congested, ...cluster].concat(misbehaviour), context }
}

/** Connections are a cluster's. Throws `internal` for another lab. */
function onCluster({ lab, pool }: LabAccess<AnyLab>): LabAccess {
  if (hasCluster(lab)) return { lab, pool }
  throw new AppError('internal', 'a lab without a cluster has no connections to take away')
}

/** MAC of every device, out of the snapshot's "instance/link/device/mac" facts. */
const macsIn = (snapshot: LabSnapshot): RunContext['macs'] =>
  Object.fromEntries(
    Object.entries(snapshot).flatMap(([key, value]) => {
      const match = /^(.+)\/link\/(.+)\/mac$/.exec(key)
      return match ? [[`${match[1]}/${match[2]}`, value.toLowerCase()]] : []
    }),
  )

const targetsOf = (lab: AnyLab, ids: readonly string[]) => lab.targets.filter(({ id }) => ids.includes(id))

async function tell(session: RunSession<AnyLab>, checks: readonly Check[]): Promise<void> {
  for (const check of checks) await session.emit({ kind: 'check', stepId: session.recorder.stepId, ...check })
  const failed = checks.filter(({ ok }) => !ok)
  if (failed.length === 0) return
  const message = `Preflight failed: ${failed.map(({ title, found }) => `${title}: ${found}`).join('; ')}.`
  throw new AppError('preflight', message, { hint: failed[0]?.hint ?? undefined })
}

const allOk = (checks: readonly Check[]): boolean => checks.every(({ ok }) => ok)

/** The same; a run that goes no further still says what it was made with, as far as that is known. */
async function tellWith(session: RunSession<AnyLab>, checks: readonly Check[], context: RunContext): Promise<void> {
  if (!allOk(checks)) await session.emit({ kind: 'context', context })
  await tell(session, checks)
}

/** Asks, and once more when something was not right that may be so for a moment: a busy host is no reason not to run. */
async function again<T>(
  ask: () => Promise<T>,
  checksOf: (answer: T) => readonly Check[],
  signal: AbortSignal,
): Promise<T> {
  const answer = await ask()
  const failed = checksOf(answer).filter(({ ok }) => !ok)
  if (failed.length === 0 || failed.some(isFinalCheck)) return answer
  await sleep(PAUSE_MS, undefined, { signal })
  return ask()
}

/** The lab as it is before; read again when something did not answer, since nothing can be compared with silence. */
async function readBefore(session: RunSession<AnyLab>, signal: AbortSignal, isAnyState: boolean): Promise<LabSnapshot> {
  for (let tries = 1; ; tries++) {
    const snapshot = await takeSnapshot(session.access(), { tag: session.tag('snapshot'), signal })
    const unread = unreadIn(snapshot)
    // One WANulator that cannot be read is no reason to leave the others as they are.
    if (unread.length === 0 || (isAnyState && !hasCluster(session.lab))) return snapshot
    if (tries < SNAPSHOT_TRIES) continue
    throw new AppError(
      'preflight',
      `Preflight failed: the lab could not be read as it is before: ${unread.join('; ')}.`,
      {
        hint: 'Without that nobody could say afterwards whether the lab is as it was. Look at the commands of this step.',
      },
    )
  }
}

/** What is asked before a run; the lease is armed last, and nothing has been changed until then. */
export const preflight: Handler<'preflight', AnyLab> = {
  plan: async ({ lab, tag, undo }, { targets, tools, nodeTools, anyState, congestion, connections = [] }) => {
    const asked = await commandsOf(lab, 'Preflight', async (dry) => {
      const options = { tag: tag('preflight'), env: dryEnv(lab) }
      await checkHosts(dry, options)
      await examine(dry, { tools, nodeTools, anyState, congestion }, options)
      for (const each of connections) await findConnection(onCluster(dry), each, options)
    })
    const clocks = await Promise.all(
      clockPlaces(lab).map((place) =>
        commandsOf(lab, 'Clock offset', (dry) => clockOffset(dry, place, { tag: tag('preflight') })),
      ),
    )
    const probes = targetsOf(lab, targets).flatMap((target) => plannedCalibration(lab, target, tag))
    const read = await commandsOf(lab, 'The lab as it is before', (dry) =>
      takeSnapshot(dry, { tag: tag('snapshot'), env: dryEnv(lab) }),
    )
    if (undo.length === 0) return [...asked, ...clocks.flat(), ...probes, ...read]
    const host = leaseHost(lab)
    const request = leaseRequest(lab, PLAN_RUN_ID, 'OWNER', undo)
    const every = `every ${lab.leaseS / RENEWALS_PER_LEASE} s`
    const lease = [
      planned({ host }, readLeaseCommand(lab, tag('lease')), 'Is the lab in use?'),
      planned({ host }, armLeaseCommand(lab, request, tag('lease')), 'Arm the lease: dead-man timer and lock'),
      ...(await commandsOf(lab, `Renew the lease, ${every}`, (dry) =>
        renewLease(dry, PLAN_RUN_ID, request.ttlMs, { tag: tag('lease') }),
      )),
    ]
    return [...asked, ...clocks.flat(), ...probes, ...read, ...lease]
  },
  run: async (session, { targets, tools, nodeTools, anyState, congestion, connections = [] }, signal) => {
    const access = session.access()
    const options = { tag: session.tag('preflight'), signal }
    await tell(session, await checkHosts(access, options))
    // One after the other: all at once is more than a small container host answers in time, and blurs clocks and probes.
    const { checks, context } = await again(
      () => examine(access, { tools, nodeTools, anyState, congestion }, options),
      ({ checks }) => checks,
      signal,
    )
    await tellWith(session, checks, { ...context, clocks: {}, macs: {} })
    const found = await again(
      () => Promise.all(connections.map((each) => findConnection(onCluster(access), each, options))),
      (answers) => answers.map(({ check }) => check),
      signal,
    )
    await tellWith(
      session,
      found.map(({ check }) => check),
      { ...context, clocks: {}, macs: {} },
    )
    session.find(found)
    const { check, clocks } = await again(
      () => checkClocks(access, options),
      ({ check }) => [check],
      signal,
    )
    await tellWith(session, [check], { ...context, clocks, macs: {} })
    const probed = targetsOf(session.lab, targets)
    const calibrated = await again(
      () => Promise.all(probed.map((target) => calibrate(session, target, signal))),
      (found) => found,
      signal,
    )
    await tellWith(session, calibrated, { ...context, clocks, macs: {} })
    const snapshot = leftLoggedOut(await readBefore(session, signal, anyState === true))
    session.clocks.push(clocks)
    const known = { ...context, clocks, macs: macsIn(snapshot) }
    await session.emit({ kind: 'context', context: known })
    await session.deps.runs.patch(session.runId, { snapshot, context: known })
    session.before = snapshot
    if (session.undo.length > 0) session.lease = await LeaseKeeper.arm(session, session.undo, signal)
  },
}
