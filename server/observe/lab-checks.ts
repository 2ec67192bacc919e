import type { CheckProgress, LabCheck } from '../domain/check'
import type { AnyLab } from '../domain/lab'
import type { LabAccess } from '../drivers/at'
import { checkAnyLab } from './check-wan-lab'
import { ConsoleTurns } from './console-turns'

type Going = { result: Promise<LabCheck>; progress: CheckProgress | null }

/** Checks of labs, at most one at a time for each: who asks meanwhile gets the same one. */
export class LabChecks {
  private readonly going = new Map<string, Going>()

  /**
   * @param accessTo throws `not-found` for a lab that is not there
   * @param ownRun id of the run that this dashboard has going on in a lab, null for none
   */
  constructor(
    private readonly accessTo: (labId: string) => LabAccess<AnyLab>,
    private readonly ownRun: (labId: string) => Promise<string | null>,
    private readonly turns = new ConsoleTurns(),
  ) {}

  /** A check from its beginning to its end, or the one that is going on. */
  check(labId: string): Promise<LabCheck> {
    const known = this.going.get(labId)
    if (known) return known.result
    const going: { progress: CheckProgress | null } = { progress: null }
    const result = checkAnyLab(this.accessTo(labId), {
      turns: this.turns,
      ownRun: () => this.ownRun(labId),
      onProgress: (progress) => {
        going.progress = progress
      },
    }).finally(() => this.going.delete(labId))
    this.going.set(labId, Object.assign(going, { result }))
    return result
  }

  /** How far the check that is going on has come; null when there is none. */
  progress(labId: string): CheckProgress | null {
    return this.going.get(labId)?.progress ?? null
  }
}
