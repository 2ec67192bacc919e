import type { PlannedCommand } from '../../domain/case'
import type { AnyLab } from '../../domain/lab'
import { POWER_MS, QUESTION_MS } from '../../drivers/pve/pve'
import { startVm, stopVm, vmStatus } from '../../drivers/pve/qm'
import { plannedExec } from './handler'

const COMMANDS = {
  status: { argvOf: vmStatus, timeoutMs: QUESTION_MS, what: 'does it run?', repeat: 'once' },
  stop: { argvOf: stopVm, timeoutMs: POWER_MS, what: 'switched off', repeat: 'where it runs' },
  start: { argvOf: startVm, timeoutMs: POWER_MS, what: 'switched on', repeat: 'where it is off' },
} as const

/** What `powerOff` and `powerOn` run, as lines of the plan. */
export const plannedPower = (
  lab: AnyLab,
  vm: number,
  tag: string,
  words: readonly (keyof typeof COMMANDS)[],
): PlannedCommand[] => {
  const { wan } = lab
  if (!wan) return []
  return words.map((word) => {
    const { argvOf, timeoutMs, what, repeat } = COMMANDS[word]
    return plannedExec(
      lab,
      { host: wan.pve.host },
      argvOf(wan.pve, vm),
      { tag, timeoutMs },
      `VM ${vm}: ${what}`,
      repeat,
    )
  })
}
