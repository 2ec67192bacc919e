import type { PlanStep } from '../domain/case'
import { type AnyLab, instancesOf } from '../domain/lab'
import { desiredTitle, isLinkGood, planDesired } from '../drivers/desired'
import { disarmLease } from '../drivers/lease'
import { endOrphans } from '../drivers/place'
import { makeLinkGood } from '../drivers/wanulator/link-good'
import { takeSnapshot } from '../observe/snapshot'
import { commandsOf, dryEnv } from './actions/dry-run'
import { PLAN_RUN_ID, type PlanContext, planned, plannedExec, plannedKill } from './actions/handler'
import { plannedPower } from './actions/power'
import { RESTORE_BUDGET_MS } from './restore'

const TIMEOUT_MS = 15_000

/** What is run after any ending. */
export async function planRestore({ lab, tag, undo }: PlanContext<AnyLab>): Promise<PlanStep> {
  const options = { tag: tag('restore'), timeoutMs: TIMEOUT_MS }
  const consoles = undo
    .filter(isLinkGood)
    .map((desired) =>
      commandsOf(lab, `${desiredTitle(lab, desired)}: set and read back on its console`, (dry) =>
        makeLinkGood(dry, desired.vm, { tag: tag('restore'), env: dryEnv(lab), untilMs: 0 }),
      ),
    )
  const starts = undo.filter(isLinkGood).flatMap(({ vm }) => plannedPower(lab, vm, tag('restore'), ['status', 'start']))
  const undos = undo.flatMap((desired) => {
    if (isLinkGood(desired)) return []
    const { title, check, apply } = planDesired(lab, desired)
    return [
      plannedExec(lab, check.place, check.argv, options, `Check: ${title}`, 'until it holds'),
      ...apply.map(({ place, argv }) => plannedExec(lab, place, argv, options, title, 'unless it holds')),
    ]
  })
  const places = [
    ...instancesOf(lab).map(({ name }) => ({ instance: name })),
    ...lab.hosts.map(({ id }) => ({ host: id })),
  ]
  const kills = places.flatMap((place) => [
    ...plannedKill(lab, place, PLAN_RUN_ID),
    planned(place, endOrphans(lab, place, PLAN_RUN_ID), 'End what carries the tag in its environment only'),
  ])
  const read = await commandsOf(lab, 'Compare with the lab as it was before', (dry) =>
    takeSnapshot(dry, { tag: tag('snapshot'), env: dryEnv(lab) }),
  )
  const disarm =
    undo.length > 0
      ? await commandsOf(lab, 'Take the lease away', (dry) => disarmLease(dry, PLAN_RUN_ID, { tag: tag('lease') }))
      : []
  const commands = [...kills, ...(await Promise.all(consoles)).flat(), ...starts, ...undos, ...read, ...disarm]
  return {
    ...{ id: 'restore', title: 'Restore the lab', budgetMs: RESTORE_BUDGET_MS },
    ...{ changesLab: undo.length > 0, startsProbes: false, commands },
  }
}
