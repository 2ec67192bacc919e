import type { AnyLab, Switch } from '../domain/lab'
import type { SwitchView } from '../domain/views'
import { isDead, readLease } from '../drivers/lease-read'
import { AppError } from '../errors'
import { requireSwitch, setSwitch, viewSwitches } from '../observe/switches'
import type { RunnerDeps } from './deps'

const OPTIONS = { tag: 'observe/switches' }

type Alone = (labId: string, what: string, work: () => Promise<void>) => Promise<boolean>

/** What makes the labs misbehave on purpose. `alone` does work while no run goes on; false when one does. */
export class LabSwitches {
  constructor(
    private readonly deps: Pick<RunnerDeps, 'lab' | 'connections'>,
    private readonly alone: Alone,
  ) {}

  /** What the lab's switches do, and which are on. */
  async list(labId: string): Promise<SwitchView[]> {
    return viewSwitches(this.#access(this.deps.lab(labId)), OPTIONS)
  }

  /**
   * Makes a lab misbehave, or behave again; all of its switches afterwards. Rejects with `not-found`, `forbidden` (on,
   * where nothing destructive is allowed), `conflict` (a run goes on or waits: its record says what was on at its start),
   * `lease-held`, `command-failed`, `ssh-…`.
   */
  async set(labId: string, id: string, on: boolean): Promise<SwitchView[]> {
    const lab = this.deps.lab(labId)
    const entry = requireSwitch(lab, id)
    if (on && !lab.allowDestructive)
      throw new AppError('forbidden', `${lab.title} must not be made to misbehave`, {
        hint: 'Set "allowDestructive: true" in its lab file to allow it.',
      })
    const failed: unknown[] = []
    const isDone = await this.alone(labId, `switch ${id}`, () =>
      this.#turn(lab, entry, on).catch((error: unknown) => {
        failed.push(error)
      }),
    )
    if (failed.length > 0) throw failed[0]
    if (isDone) return this.list(labId)
    throw new AppError('conflict', `${lab.title} is busy: ${id} was left as it is`, {
      hint: 'A run goes on or waits there, and its record says which switches were on at its start. Cancel it, or wait for its end.',
    })
  }

  async #turn(lab: AnyLab, entry: Switch, on: boolean): Promise<void> {
    const lease = await readLease(this.#access(lab), OPTIONS)
    if (lease && !isDead(lease))
      throw new AppError('lease-held', `${lab.title} is in use by ${lease.info.owner}, run ${lease.info.runId}`, {
        hint: 'Another dashboard runs a test there. Wait for its end.',
      })
    await setSwitch(this.#access(lab), entry, on, OPTIONS)
  }

  #access = (lab: AnyLab) => ({ lab, pool: this.deps.connections(lab) })
}
