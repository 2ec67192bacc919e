import type { App, RunAnswer, World } from '../harness'
import { until } from '../harness'

/** The command that is held in each step of TC-3, so that the run stands still there; null: the step lasts by itself. */
const HELD: Record<string, string | null> = {
  preflight: 'calibration-internet.*ping ',
  probes: '/probe-internet.*ping ',
  fault: '/fault-kill-9 .*systemctl',
  wait: null,
  settle: null,
  collect: '/sessions-after ',
  restore: '/restore .*systemctl start',
}
export const STEPS = Object.keys(HELD)

const begun = (run: RunAnswer, step: string) => run.steps.some(({ id }) => id === step)

/** Starts TC-3 and returns its id once it stands in the step. */
export async function standIn(app: App, world: World, step: string): Promise<string> {
  const match = HELD[step] ?? null
  // A takeover that never comes makes the wait last; settling takes its validation time anyway.
  if (step === 'wait') await world.call('switch', { name: 'no-takeover', on: true })
  if (match) await world.call('hold', { match })
  const { id } = await app.start(world.id, 'TC-3')
  await until(`step ${step} has begun`, async () => begun(await app.run(id), step))
  if (!match) return id
  const held = await world.call<{ command: string | null }>('wait-held', { match, timeoutMs: 60_000 })
  if (!held.command) throw new Error(`no command ${match} was held: ${JSON.stringify(await app.run(id)).slice(0, 500)}`)
  return id
}

async function letGo(world: World, step: string): Promise<void> {
  await world.call('release')
  if (step === 'wait') await world.call('switch', { name: 'no-takeover', on: false })
}

/** Cancels a TC-3 that stands in a step; the run once it has ended. */
export async function cancelIn(app: App, world: World, step: string): Promise<RunAnswer> {
  const id = await standIn(app, world, step)
  await app.post(`/api/v1/runs/${id}/cancel`)
  await letGo(world, step)
  return app.ended(id)
}

/** Kills the app with a TC-3 standing in a step and starts it again; the run once recovery has ended it. */
export async function killIn(app: App, world: World, step: string): Promise<RunAnswer> {
  const id = await standIn(app, world, step)
  await app.kill()
  await letGo(world, step)
  await app.restart()
  return app.ended(id)
}
