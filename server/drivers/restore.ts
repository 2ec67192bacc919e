import type { DesiredState } from '../domain/case'
import { type AnyLab, leaseHost } from '../domain/lab'
import { AppError, asAppError } from '../errors'
import { delay } from '../transport/retry'
import { execAt, type LabAccess } from './at'
import { isLinkGood, planDesired } from './desired'
import { checkLinkGood, makeLinkGood } from './wanulator/link-good'

export type RestoreOptions = {
  tag: string
  /** Whole budget, repeats included. */
  budgetMs: number
  signal?: AbortSignal
}

const TRY_TIMEOUT_MS = 15_000
const PAUSE_MS = 500

/** Whether a desired state holds now; `found` says what stands in the way. Rejects only when it was cancelled. */
export async function checkDesired(
  access: LabAccess<AnyLab>,
  desired: DesiredState,
  options: Pick<RestoreOptions, 'tag' | 'signal'>,
): Promise<{ met: boolean; found: string }> {
  if (isLinkGood(desired)) return checkLinkGood(access, desired.vm, options)
  const plan = planDesired(access.lab, desired)
  try {
    const { place, argv } = plan.check
    const result = await execAt(access, place, argv, { ...options, timeoutMs: TRY_TIMEOUT_MS })
    const met = plan.isMet(result)
    const said = (result.stderr || result.stdout).trim().slice(0, 300)
    return { met, found: met ? plan.title : `not met: ${said || `exit ${result.exitCode}`}` }
  } catch (cause) {
    const error = asAppError(cause)
    if (error.code === 'cancelled') throw error
    return { met: false, found: error.message }
  }
}

/**
 * Brings a desired state about and waits until its check says so, trying again until the budget ends. Resolves at once
 * when it holds already. Rejects with `command-failed` that says what was found last.
 */
export async function applyDesired(
  access: LabAccess<AnyLab>,
  desired: DesiredState,
  options: RestoreOptions,
): Promise<void> {
  const untilMs = Date.now() + options.budgetMs
  if (isLinkGood(desired)) return makeLinkGood(access, desired.vm, { ...options, untilMs })
  const plan = planDesired(access.lab, desired)
  let state = await checkDesired(access, desired, options)
  while (!state.met) {
    for (const { place, argv } of plan.apply) {
      if (Date.now() >= untilMs) break
      const timeoutMs = Math.max(1000, Math.min(TRY_TIMEOUT_MS, untilMs - Date.now()))
      const { tag, signal } = options
      await execAt(access, place, argv, { tag, signal, timeoutMs }).catch((error) => {
        if (asAppError(error).code === 'cancelled') throw error
      })
    }
    state = await checkDesired(access, desired, options)
    if (state.met) return
    if (Date.now() >= untilMs) {
      throw new AppError('command-failed', `could not be restored: ${plan.title} (${state.found})`, {
        host: leaseHost(access.lab),
        hint: 'Bring it about by hand, then mark the lab clean.',
      })
    }
    await delay(PAUSE_MS, options.signal)
  }
}
