import { formatUtc } from '../domain/format'
import { type AnyLab, leaseHost } from '../domain/lab'
import type { LeaseInfo } from '../domain/ports'
import { AppError } from '../errors'
import { delay } from '../transport/retry'
import type { LabAccess } from './at'
import {
  isDead,
  LEASE_TIMEOUT_MS,
  type LeaseOptions,
  type LeaseReading,
  placeOfLease,
  readingOf,
  readLease,
  runLeaseScript,
  scriptAt,
} from './lease-read'
import { ARM, DISARM, LEASE_EXIT, RENEW, REVIVE, SLEEPER } from './lease-scripts'
import { commandAt, type HostCommand } from './place'

export { type LeaseReading, readLease, readLeaseCommand } from './lease-read'

const START_MS = 4000
/** What `armLease` would run, for showing. */
export const armLeaseCommand = (lab: AnyLab, request: LeaseRequest, tag: string): HostCommand =>
  commandAt(lab, placeOfLease(lab), scriptAt(lab, ARM, armArguments(request)), {
    tag,
    timeoutMs: LEASE_TIMEOUT_MS + 1000,
  })

export type LeaseRequest = {
  runId: string
  /** Who holds it, by name: shown to whom it refuses. */
  owner: string
  /** Until it reverts by itself. */
  ttlMs: number
  /** See `revertScript`. */
  revert: string
  /** What the revert script logs in with; it goes over stdin, so no list of processes and no record shows it. */
  secret?: () => string
}

const ttlSeconds = (ttlMs: number): string => String(Math.max(1, Math.ceil(ttlMs / 1000)))

const armArguments = ({ runId, owner, ttlMs, revert, secret }: LeaseRequest): string[] => {
  const ownerJson = JSON.stringify({ runId, owner, armedMs: Date.now() })
  return [runId, ownerJson, ttlSeconds(ttlMs), revert, SLEEPER, secret ? 'secret' : '']
}

function heldError({ lab }: LabAccess<AnyLab>, { state, info: { runId, owner, deadlineMs } }: LeaseReading): AppError {
  const host = leaseHost(lab)
  const refusal = (what: string, hint: string) =>
    new AppError('lease-held', `the lab is in use: run ${runId} of ${owner} ${what}`, { host, hint })
  if (state === 'reverting')
    return refusal('is being reverted', 'Wait until the lab host has put the lab back, then run again.')
  if (state === 'failed') {
    const { leaseDir } = lab
    const hint = `Put the lab back by hand (${leaseDir}/log on ${host} says what failed), then remove ${leaseDir} there.`
    return refusal('could not be reverted', hint)
  }
  const until = formatUtc(deadlineMs)
  const hint = `Wait for that run or cancel it there; if ${owner} is gone, the lab host reverts at that time by itself.`
  return refusal(`has it until ${until}`, hint)
}

/**
 * Puts the lease on the lab host and reads it back with its sleeper alive. A lease that nobody keeps alive any more is
 * reverted first. Rejects with `lease-held`, naming the holder.
 */
export async function armLease(
  access: LabAccess<AnyLab>,
  request: LeaseRequest,
  options: LeaseOptions,
): Promise<LeaseInfo> {
  const stdin = request.secret?.()
  const arm = () => runLeaseScript(access, ARM, armArguments(request), { ...options, stdin })
  let result = await arm()
  if (result.exitCode === LEASE_EXIT.held) {
    await clearDeadLease(access, options)
    result = await arm()
  }
  if (result.exitCode === LEASE_EXIT.held) {
    const holder = await readLease(access, options)
    if (holder) throw heldError(access, holder)
    throw new AppError('lease-held', 'the lab was in use until this moment', { hint: 'Run again.' })
  }
  for (const untilMs = Date.now() + START_MS; Date.now() < untilMs; await delay(25, options.signal)) {
    const reading = await readLease(access, options)
    if (reading?.info.runId === request.runId && reading.isAlive) return reading.info
  }
  await disarmLease(access, request.runId, { tag: options.tag }).catch(() => {})
  throw new AppError('command-failed', `${leaseHost(access.lab)}: the lease's dead-man timer does not start`, {
    host: leaseHost(access.lab),
    hint: 'The lab host needs setsid (util-linux) or systemd-run; nothing was changed.',
  })
}

const lostError = ({ lab }: LabAccess<AnyLab>, runId: string): AppError =>
  new AppError('lease-lost', `run ${runId} does not hold the lab any more: its deadline has passed`, {
    host: leaseHost(lab),
    hint: `The lab host has put the lab back by itself, or is doing so (see ${lab.leaseDir}).`,
  })

/** Moves the deadline to ttlMs from now. Rejects with `lease-lost` when the revert has begun or the lease is another's. */
export async function renewLease(
  access: LabAccess<AnyLab>,
  runId: string,
  ttlMs: number,
  options: LeaseOptions,
): Promise<LeaseInfo> {
  const result = await runLeaseScript(access, RENEW, [runId, ttlSeconds(ttlMs)], options)
  const reading = result.exitCode === 0 ? readingOf(result) : null
  if (reading?.info.runId !== runId || reading.state !== 'armed') throw lostError(access, runId)
  return reading.info
}

/** Takes the lease away without a revert. Rejects with `lease-lost` when the revert has begun or it is another's. */
export async function disarmLease(access: LabAccess<AnyLab>, runId: string, options: LeaseOptions): Promise<void> {
  const result = await runLeaseScript(access, DISARM, [runId], options)
  if (result.exitCode !== 0) throw lostError(access, runId)
}

const REVERT_WAIT_MS = 180_000

/**
 * Reverts a lease whose deadline has passed and whose sleeper is dead (the lab host was restarted), and waits until it
 * is gone. Does nothing for a lease that lives. Rejects with `lease-held` when that does not end.
 */
export async function clearDeadLease(access: LabAccess<AnyLab>, options: LeaseOptions): Promise<void> {
  let reading = await readLease(access, options)
  if (!reading || !isDead(reading)) return
  // Arming writes its files within milliseconds: what looks broken off may be in the making.
  if (reading.state === 'incomplete') {
    await delay(1000, options.signal)
    reading = await readLease(access, options)
    if (!reading || !isDead(reading)) return
  }
  await runLeaseScript(access, REVIVE, [reading.info.runId, String(reading.beatS)], options)
  const untilMs = Date.now() + REVERT_WAIT_MS
  while (reading && Date.now() < untilMs) {
    await delay(250, options.signal)
    reading = await readLease(access, options)
    if (reading?.state === 'failed') break
  }
  if (reading) throw heldError(access, reading)
}
