import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionSchema } from '../domain/case'
import type { EventBody } from '../domain/event'
import { type AnyLab, hasCluster } from '../domain/lab'
import type { Quarantine, UndoEntry } from '../domain/ports'
import { type LabSnapshot, snapshotDifferences } from '../domain/snapshot'
import { allLeft } from '../drivers/console/turns'
import { desiredTitle, isLinkGood } from '../drivers/desired'
import { disarmLease, readLease } from '../drivers/lease'
import { applyDesired, checkDesired } from '../drivers/restore'
import { stopTaggedEverywhere } from '../drivers/tool'
import { asAppError } from '../errors'
import { takeSnapshot } from '../observe/snapshot'
import { withGoodLinks } from '../observe/wan-facts'
import { retry } from '../transport/retry'
import { untilReachable } from './reachable'
import type { RunSession } from './session'

/** The lab is as it was before the run where there is nothing to quarantine it for; `message` says what is not. */
export type Restored = { quarantine: Quarantine | null; message: string | null }

const CLEAN: Restored = { quarantine: null, message: null }

/** For a lab host that cannot be reached when the run ends. */
const REACH_BUDGET_MS = 60_000
/** For a dialogue on a console that a cancel broke off: it logs out. */
const CONSOLE_PATIENCE_MS = 6000
const UNDO_BUDGET_MS = 90_000
/** Preempting primaries come back by themselves, all at once; forcing them would set a manual flag for nothing. */
const PREEMPT_PATIENCE_MS = 30_000
const COMPARE_BUDGET_MS = 60_000
/** All of it. */
export const RESTORE_BUDGET_MS = REACH_BUDGET_MS + UNDO_BUDGET_MS + COMPARE_BUDGET_MS
const CHECK_MS = 150
/** Until its next beat a heartbeat that is back may still be held for lost: roles look as before, and then they do not. */
const NEXT_BEAT_INTERVALS = 1.5
/** Over half a minute. */
const DISARM_ATTEMPTS = 9

const tell = (session: RunSession<AnyLab>, body: EventBody) =>
  session.emit(body).then(
    () => {},
    () => {},
  )

/** Ends what the run started: its dialogues, its watch, its streams, and whatever still carries its tag anywhere in the lab. */
async function endProcesses(session: RunSession<AnyLab>): Promise<void> {
  await allLeft(session.deps.connections(session.lab), CONSOLE_PATIENCE_MS)
  await Promise.all([session.watch?.stop(), ...[...session.factWatches.values()].map((watch) => watch.stop())])
  await session.wanCapture?.end()
  await Promise.all([...session.tools.values()].map((tool) => tool.stop()))
  session.tools.clear()
  session.recorder.flush()
  const end = () => stopTaggedEverywhere(session.access(), session.runId)
  if (await end()) return
  // Somebody could not be asked: what the way there was cut from goes on.
  await untilReachable(session, AbortSignal.timeout(REACH_BUDGET_MS)).then(end, () => {})
}

const comesBackByItself = ({ lab }: RunSession<AnyLab>, { desired }: UndoEntry): boolean =>
  desired.kind === 'group-primary' && hasCluster(lab) && lab.cluster.preempt

/** @param patientUntilMs so long (epoch) a group that preempts is left to come back by itself */
async function undo(session: RunSession<AnyLab>, entry: UndoEntry, patientUntilMs: number): Promise<boolean> {
  const access = session.access()
  const { desired } = entry
  const title = desiredTitle(session.lab, desired)
  const tag = session.tag('restore')
  try {
    const untilMs = comesBackByItself(session, entry) ? patientUntilMs : 0
    for (; Date.now() < untilMs; await sleep(CHECK_MS)) if ((await checkDesired(access, desired, { tag })).met) break
    await applyDesired(access, desired, { tag, budgetMs: UNDO_BUDGET_MS })
    await session.deps.undo.markApplied(entry.id).catch(() => {})
    await tell(session, { kind: 'undo-applied', title, ok: true, message: null })
    return true
  } catch (error) {
    await tell(session, { kind: 'undo-applied', title, ok: false, message: asAppError(error).message })
    return false
  }
}

/** Compares with the lab as it was before, again and again until it is the same or the budget is used up. */
async function compare(session: RunSession<AnyLab>, before: LabSnapshot): Promise<string[]> {
  const untilMs = Date.now() + COMPARE_BUDGET_MS
  for (;;) {
    const differences = await takeSnapshot(session.access(), { tag: session.tag('snapshot') }).then(
      (after) => snapshotDifferences(before, after),
      (error: unknown) => [`the lab could not be read: ${asAppError(error).message}`],
    )
    if (differences.length === 0 || Date.now() > untilMs) return differences
    await sleep(CHECK_MS)
  }
}

/** Takes the run's lease away, also one that a crashed dashboard left; nobody's or another's is let alone. */
async function disarm(session: RunSession<AnyLab>): Promise<void> {
  if (session.undo.length === 0) return
  const options = { tag: session.tag('lease') }
  const take = async (attempt: number): Promise<void> => {
    // It is there, unless an attempt whose answer was lost has taken it away.
    const isOurs =
      (session.lease && attempt === 1) || (await readLease(session.access(), options))?.info.runId === session.runId
    if (isOurs) await disarmLease(session.access(), session.runId, options)
  }
  session.lease?.stop()
  await retry(take, {
    ...{ attempts: DISARM_ATTEMPTS, firstDelayMs: 500, maxDelayMs: 5000 },
    isWorthRetrying: (error) => /^ssh-|^command-timeout$/.test(asAppError(error).code),
  })
  if (session.lease) await tell(session, { kind: 'lease', state: 'disarmed', deadlineMs: null })
}

/**
 * Puts the lab back after any ending, under a budget of its own that no cancel reaches: ends the run's processes, applies
 * the open undo entries last-in first-out, compares with the snapshot from before, takes the lease away. Never rejects.
 * @param keeps what was changed is meant to stay: nothing is undone and nothing compared
 */
export async function restore(session: RunSession<AnyLab>, keeps = false): Promise<Restored> {
  session.recorder.stepId = 'restore'
  await tell(session, {
    kind: 'step-started',
    stepId: 'restore',
    title: keeps ? 'End what was started; the change stays' : 'Restore the lab',
    budgetMs: RESTORE_BUDGET_MS,
  })
  const restored = await (keeps ? letStand(session) : restoreLab(session)).catch((error: unknown) =>
    leftDifferent(session, [asAppError(error).message]),
  )
  await tell(session, {
    kind: 'step-ended',
    stepId: 'restore',
    outcome: restored.quarantine ? 'failed' : 'ok',
    message: restored.message,
  })
  return restored
}

/** An operation that was completed: its undo is not wanted any more, at the latest by the next crash. */
async function letStand(session: RunSession<AnyLab>): Promise<Restored> {
  await endProcesses(session)
  for (const entry of await session.deps.undo.open(session.runId)) await session.deps.undo.markApplied(entry.id)
  await disarm(session)
  return CLEAN
}

/** Nothing is run on it until an engineer has looked: the caller stores that with the end of the run. */
function leftDifferent({ runId }: RunSession<AnyLab>, differences: string[]): Restored {
  const reason = `run ${runId} left the lab different from before`
  return {
    quarantine: { reason, differences, runId, sinceMs: Date.now() },
    message: `The lab is not as it was before: ${differences.slice(0, 3).join('; ') || 'an undo failed'}.`,
  }
}

async function restoreLab(session: RunSession<AnyLab>): Promise<Restored> {
  const { runId, deps } = session
  const before = session.before ?? (await deps.runs.snapshot(runId))
  await endProcesses(session)
  if (!before) return CLEAN
  let undone = true
  const entries = await deps.undo.open(runId).catch(() => session.undoEntries.toReversed())
  let patientUntilMs = 0
  for (const entry of entries) {
    if (patientUntilMs === 0 && comesBackByItself(session, entry)) patientUntilMs = Date.now() + PREEMPT_PATIENCE_MS
    undone = (await undo(session, entry, patientUntilMs)) && undone
  }
  const { lab } = session
  if (hasCluster(lab) && entries.some(({ desired }) => ConnectionSchema.safeParse(desired).success))
    await sleep(NEXT_BEAT_INTERVALS * lab.cluster.heartbeat.intervalMs)
  // A link that was not good before its change is so after the undo.
  const good = entries.flatMap(({ desired }) => (isLinkGood(desired) ? [desired.vm] : []))
  const differences = await compare(session, withGoodLinks(before, good))
  await tell(session, { kind: 'snapshot-compared', equal: differences.length === 0, differences })
  if (undone)
    await disarm(session).catch((error: unknown) =>
      tell(session, { kind: 'note', level: 'warning', message: `lease: ${asAppError(error).message}`, hint: null }),
    )
  session.lease?.stop()
  return undone && differences.length === 0 ? CLEAN : leftDifferent(session, differences)
}
