import { z } from 'zod'
import { type AnyLab, leaseHost } from '../domain/lab'
import type { LeaseInfo } from '../domain/ports'
import { AppError } from '../errors'
import type { ExecResult } from '../transport/remote'
import { execAt, type LabAccess } from './at'
import { LEASE_EXIT, READ } from './lease-scripts'
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

export const LEASE_TIMEOUT_MS = 5000
/** A sleeper beats each second; while it reverts, once per attempt of a line. */
const DEAD_AFTER_S = { armed: 10, reverting: 120 } as const

const OwnerSchema = z.object({ runId: z.string(), owner: z.string(), armedMs: z.number() })

/** A script of `lease-scripts.ts` on this lab's lease directory. */
export const scriptAt = (lab: AnyLab, script: string, args: string[]): string[] => [
  ...['sh', '-c', script, 'sh', lab.leaseDir],
  ...args,
]

export const placeOfLease = (lab: AnyLab) => ({ host: leaseHost(lab) })

/** Runs one. Rejects with `command-failed` when the directory cannot be used; exit 17 and 18 are results. */
export async function runLeaseScript(
  access: LabAccess<AnyLab>,
  script: string,
  args: string[],
  options: LeaseOptions & { stdin?: string },
) {
  const argv = scriptAt(access.lab, script, args)
  const result = await execAt(access, placeOfLease(access.lab), argv, { timeoutMs: LEASE_TIMEOUT_MS, ...options })
  const code = result.exitCode
  if (code === 0 || code === LEASE_EXIT.held || code === LEASE_EXIT.lost) return result
  throw new AppError('command-failed', `${leaseHost(access.lab)}: the lease directory cannot be used`, {
    host: leaseHost(access.lab),
    command: `sh -c … sh ${[access.lab.leaseDir, ...args.slice(0, 1)].join(' ')}`,
    stderrTail: result.stderr.slice(-500),
    hint: `${access.lab.leaseDir} must be in a directory that the SSH user may write to (leaseDir in the lab file).`,
  })
}

/** What `readLease` would run, for showing. */
export const readLeaseCommand = (lab: AnyLab, tag: string): HostCommand =>
  commandAt(lab, placeOfLease(lab), scriptAt(lab, READ, []), { tag, timeoutMs: LEASE_TIMEOUT_MS + 1000 })

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

/** What `READ` printed. */
export const readingOf = ({ stdout, startedMs, endedMs }: ExecResult): LeaseReading | null =>
  parseLease(stdout, (startedMs + endedMs) / 2)

/** What the lease directory says; null when no one holds the lab. */
export async function readLease(access: LabAccess<AnyLab>, options: LeaseOptions): Promise<LeaseReading | null> {
  const result = await runLeaseScript(access, READ, [], options)
  return readingOf(result)
}

/** Whether a lease is held by nobody who lives, so that it may be reverted and taken. */
export const isDead = (reading: LeaseReading): boolean =>
  !reading.isAlive && (reading.info.deadlineMs <= Date.now() || reading.state !== 'armed')
