import type { DesiredState } from '../domain/case'
import { type AnyLab, hasWan } from '../domain/lab'
import type { LeaseInfo } from '../domain/ports'
import type { LabAccess } from '../drivers/at'
import { isLinkGood } from '../drivers/desired'
import { armLease, type LeaseRequest, renewLease } from '../drivers/lease'
import { revertScript } from '../drivers/revert'
import { consolePassword } from '../drivers/wanulator/wanulator'
import { AppError, asAppError } from '../errors'
import type { RunSession } from './session'

/** A renewal may fail twice before the deadline. */
export const RENEWALS_PER_LEASE = 4

/** What is put on the lab host for a run: `desired` in the order in which it is applied. */
export const leaseRequest = (
  lab: AnyLab,
  runId: string,
  owner: string,
  desired: readonly DesiredState[],
): LeaseRequest => ({
  runId,
  owner,
  ttlMs: lab.leaseS * 1000,
  revert: revertScript(lab, runId, desired),
  ...(hasWan(lab) && desired.some(isLinkGood) ? { secret: () => consolePassword(lab.wan, process.env) } : {}),
})

/** Keeps the dead-man lease of a run: renewed until stopped; a lease that is lost aborts the run. */
export class LeaseKeeper {
  #timer: NodeJS.Timeout | undefined
  #deadlineMs: number

  private constructor(
    private readonly session: RunSession<AnyLab>,
    private readonly access: LabAccess<AnyLab>,
    armed: LeaseInfo,
  ) {
    this.#deadlineMs = armed.deadlineMs
    this.#schedule()
  }

  /** Arms it. Rejects with `lease-held` by name when another dashboard has the lab. */
  static async arm(
    session: RunSession<AnyLab>,
    desired: readonly DesiredState[],
    signal: AbortSignal,
  ): Promise<LeaseKeeper> {
    const access = session.access()
    const request = leaseRequest(session.lab, session.runId, session.deps.owner, desired)
    const armed = await armLease(access, request, { tag: session.tag('lease'), signal })
    await session.emit({ kind: 'lease', state: 'armed', deadlineMs: armed.deadlineMs })
    return new LeaseKeeper(session, access, armed)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#renew(), (this.session.lab.leaseS * 1000) / RENEWALS_PER_LEASE).unref()
  }

  async #renew(): Promise<void> {
    const { session, access } = this
    try {
      const renewed = await renewLease(access, session.runId, session.lab.leaseS * 1000, { tag: session.tag('lease') })
      this.#deadlineMs = renewed.deadlineMs
      await session.emit({ kind: 'lease', state: 'renewed', deadlineMs: renewed.deadlineMs })
    } catch (cause) {
      const error = asAppError(cause)
      // A host that cannot be reached now may be reached again before the deadline.
      if (error.code === 'lease-lost' || Date.now() > this.#deadlineMs) {
        session.abort(new AppError('lease-lost', error.message, { hint: error.hint }))
        void session.emit({ kind: 'lease', state: 'lost', deadlineMs: this.#deadlineMs }).catch(() => {})
        return
      }
    }
    this.#schedule()
  }
}
