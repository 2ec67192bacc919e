import { z } from 'zod'
import type { Lab } from '../domain/lab'
import type { LeaseInfo } from '../domain/ports'
import { AppError } from '../errors'
import type { ExecResult } from '../transport/remote'
import { delay } from '../transport/retry'
import { execAt, type LabAccess } from './at'
import { ARM, DISARM, LEASE_EXIT, READ, RENEW, REVIVE, SLEEPER } from './lease-scripts'
import { commandAt, type HostCommand } from './place'

/** `armed`: held, reverts at its deadline. `incomplete`: its arming broke off. `failed`: its revert did not succeed. */
export type LeaseState = 'armed' | 'reverting' | 'failed' | 'disarmed' | 'incomplete'

/** The lease directory as found; times on the app's clock. */
export type LeaseReading = {
  info: LeaseInfo
  state: LeaseState
  /** The sleeper gives signs of life. */
  isAlive: boolean
  /** Its last sign of life as found (epoch s on the host), 0 for none. */
  beatS: number
}

export type LeaseOptions = { tag: string; signal?: AbortSignal; timeoutMs?: number }

const TIMEOUT_MS = 5000
const START_MS = 4000
/** A sleeper beats each second; while it reverts, once per attempt of a line. */
const DEAD_AFTER_S = { armed: 10, reverting: 120 } as const

const OwnerSchema = z.object({ runId: z.string(), owner: z.string(), armedMs: z.number() })

const scriptAt = (lab: Lab, script: string, args: string[]): string[] => [
  ...['sh', '-c', script, 'sh', lab.leaseDir],
  ...args,
]

const placeOfLease = (lab: Lab) => ({ host: lab.containers.host })

async function runScript(access: LabAccess, script: string, args: string[], options: LeaseOptions) {
  const argv = scriptAt(access.lab, script, args)
  const result = await execAt(access, placeOfLease(access.lab), argv, { timeoutMs: TIMEOUT_MS, ...options })
  const code = result.exitCode
  if (code === 0 || code === LEASE_EXIT.held || code === LEASE_EXIT.lost) return result
  throw new AppError('command-failed', `${access.lab.containers.host}: the lease directory cannot be used`, {
    host: access.lab.containers.host,
    command: `sh -c … sh ${[access.lab.leaseDir, ...args.slice(0, 1)].join(' ')}`,
    stderrTail: result.stderr.slice(-500),
    hint: `${access.lab.leaseDir} must be in a directory that the SSH user may write to (leaseDir in the lab file).`,
  })
}

/** What `readLease` would run, for showing. */
export const readLeaseCommand = (lab: Lab, tag: string): HostCommand =>
  commandAt(lab, placeOfLease(lab), scriptAt(lab, READ, []), { tag, timeoutMs: TIMEOUT_MS + 1000 })

/** What `armLease` would run, for showing. */
export const armLeaseCommand = (lab: Lab, request: LeaseRequest, tag: string): HostCommand =>
  commandAt(lab, placeOfLease(lab), scriptAt(lab, ARM, armArguments(request)), { tag, timeoutMs: TIMEOUT_MS + 1000 })

export type LeaseRequest = {
  runId: string
  /** Who holds it, by name: shown to whom it refuses. */
  owner: string
  /** Until it reverts by itself. */
  ttlMs: number
  /** See `revertScript`. */
  revert: string
}

const ttlSeconds = (ttlMs: number): string => String(Math.max(1, Math.ceil(ttlMs / 1000)))

const armArguments = ({ runId, owner, ttlMs, revert }: LeaseRequest): string[] => {
  const ownerJson = JSON.stringify({ runId, owner, armedMs: Date.now() })
  return [runId, ownerJson, ttlSeconds(ttlMs), revert, SLEEPER]
}

/** The text that `READ` prints, with its times moved to the app's clock by `nowMs`; null when there is no lease. */
export function parseLease(stdout: string, nowMs: number): LeaseReading | null {
  const facts = new Map(stdout.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+ /, '')]))
  const state = facts.get('state') ?? 'absent'
  if (state === 'absent') return null
  const hostNowS = Number(facts.get('now'))
  const beatS = Number(facts.get('beat') ?? 0)
  const deadlineS = Number(facts.get('deadline') ?? hostNowS)
  const owner = OwnerSchema.catch({ runId: '?', owner: 'unknown', armedMs: nowMs }).parse(
    safeJson(facts.get('owner.json') ?? ''),
  )
  const deadAfterS = state === 'reverting' ? DEAD_AFTER_S.reverting : DEAD_AFTER_S.armed
  return {
    info: { ...owner, deadlineMs: nowMs + (deadlineS - hostNowS) * 1000 },
    state: state as LeaseState,
    isAlive: (state === 'armed' || state === 'reverting') && hostNowS - beatS <= deadAfterS,
    beatS,
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const readingOf = ({ stdout, startedMs, endedMs }: ExecResult): LeaseReading | null =>
  parseLease(stdout, (startedMs + endedMs) / 2)

/** What the lease directory says; null when no one holds the lab. */
export async function readLease(access: LabAccess, options: LeaseOptions): Promise<LeaseReading | null> {
  const result = await runScript(access, READ, [], options)
  return readingOf(result)
}

function heldError({ lab }: LabAccess, reading: LeaseReading): AppError {
  const { runId, owner, deadlineMs } = reading.info
  const until = `${new Date(deadlineMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  const what = reading.state === 'reverting' ? 'is being reverted' : `has it until ${until}`
  return new AppError('lease-held', `the lab is in use: run ${runId} of ${owner} ${what}`, {
    host: lab.containers.host,
    hint:
      reading.state === 'reverting'
        ? 'Wait until the lab host has put the lab back, then run again.'
        : `Wait for that run or cancel it there; if ${owner} is gone, the lab host reverts at that time by itself.`,
  })
}

/**
 * Puts the lease on the lab host and reads it back with its sleeper alive. A lease that nobody keeps alive any more is
 * reverted first. Rejects with `lease-held`, naming the holder.
 */
export async function armLease(access: LabAccess, request: LeaseRequest, options: LeaseOptions): Promise<LeaseInfo> {
  const arm = () => runScript(access, ARM, armArguments(request), options)
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
  for (const untilMs = Date.now() + START_MS; Date.now() < untilMs; await delay(100, options.signal)) {
    const reading = await readLease(access, options)
    if (reading?.info.runId === request.runId && reading.isAlive) return reading.info
  }
  await disarmLease(access, request.runId, { tag: options.tag }).catch(() => {})
  throw new AppError('command-failed', `${access.lab.containers.host}: the lease's dead-man timer does not start`, {
    host: access.lab.containers.host,
    hint: 'The lab host needs setsid (util-linux) or systemd-run; nothing was changed.',
  })
}

const lostError = ({ lab }: LabAccess, runId: string): AppError =>
  new AppError('lease-lost', `run ${runId} does not hold the lab any more: its deadline has passed`, {
    host: lab.containers.host,
    hint: `The lab host has put the lab back by itself, or is doing so (see ${lab.leaseDir}).`,
  })

/** Moves the deadline to ttlMs from now. Rejects with `lease-lost` when the revert has begun or the lease is another's. */
export async function renewLease(
  access: LabAccess,
  runId: string,
  ttlMs: number,
  options: LeaseOptions,
): Promise<LeaseInfo> {
  const result = await runScript(access, RENEW, [runId, ttlSeconds(ttlMs)], options)
  const reading = result.exitCode === 0 ? readingOf(result) : null
  if (reading?.info.runId !== runId || reading.state !== 'armed') throw lostError(access, runId)
  return reading.info
}

/** Takes the lease away without a revert. Rejects with `lease-lost` when the revert has begun or it is another's. */
export async function disarmLease(access: LabAccess, runId: string, options: LeaseOptions): Promise<void> {
  const result = await runScript(access, DISARM, [runId], options)
  if (result.exitCode !== 0) throw lostError(access, runId)
}

const REVERT_WAIT_MS = 180_000

/** Whether a lease is held by nobody who lives, so that it may be reverted and taken. */
export const isDead = (reading: LeaseReading): boolean =>
  !reading.isAlive && (reading.info.deadlineMs <= Date.now() || reading.state !== 'armed')

/**
 * Reverts a lease whose deadline has passed and whose sleeper is dead (the lab host was restarted), and waits until it
 * is gone. Does nothing for a lease that lives. Rejects with `lease-held` when that does not end.
 */
export async function clearDeadLease(access: LabAccess, options: LeaseOptions): Promise<void> {
  let reading = await readLease(access, options)
  if (!reading || !isDead(reading)) return
  // Arming writes its files within milliseconds: what looks broken off may be in the making.
  if (reading.state === 'incomplete') {
    await delay(1000, options.signal)
    reading = await readLease(access, options)
    if (!reading || !isDead(reading)) return
  }
  await runScript(access, REVIVE, [reading.info.runId, String(reading.beatS)], options)
  const untilMs = Date.now() + REVERT_WAIT_MS
  while (reading && Date.now() < untilMs) {
    await delay(250, options.signal)
    reading = await readLease(access, options)
    if (reading?.state === 'failed') break
  }
  if (reading) throw heldError(access, reading)
}
