import { setTimeout as sleep } from 'node:timers/promises'
import type { App, RunAnswer } from '../harness'
import { PARAMS, TABLE } from './table'
import type { Vector } from './vector'

/** Turns a switch of a lab by the product's own API. */
export async function turn(app: App, lab: string, name: string, on: boolean): Promise<void> {
  const { state } = await app.post<{ state: string }>(`/api/v1/labs/${lab}/switches/${name}`, { on })
  if (state !== (on ? 'on' : 'off')) throw new Error(`${name} is ${state}`)
}

/** One run with the switch on from before its start until after its end, whatever happens. */
export async function runWith(
  app: App,
  lab: string,
  name: string,
  caseId: string,
  params: Record<string, unknown> = {},
): Promise<RunAnswer> {
  try {
    await turn(app, lab, name, true)
    await sleep(TABLE[name]?.effectMs ?? 0)
    const { id } = await app.start(lab, caseId, { ...PARAMS[caseId], ...params })
    return await app.ended(id, 240_000)
  } finally {
    await turn(app, lab, name, false)
  }
}

/** Where a run is not as reviewed, in sentences; empty when it is. */
export function deviations(run: RunAnswer, vector: Vector, name: string): string[] {
  const said = new Map(run.criteria.map(({ id, verdict, reason }) => [id, { verdict, reason }]))
  const context = run.context as { switches: string[] } | null
  const wrong = Object.entries(vector.criteria).flatMap(([id, expected]) => {
    const found = said.get(id)
    if (found && [expected].flat().includes(found.verdict as 'pass')) return []
    return [`${id}: expected ${[expected].flat().join(' or ')}, found ${found?.verdict ?? 'nothing'}: ${found?.reason}`]
  })
  const unknown = [...said.keys()].filter((id) => !(id in vector.criteria))
  return [
    ...wrong,
    ...unknown.map((id) => `${id} is not in the table`),
    ...(run.ending === vector.ending ? [] : [`ended ${run.ending}, not ${vector.ending}: ${run.message}`]),
    ...(context?.switches.join() === name
      ? []
      : [`the run says that on were: ${context?.switches.join() ?? 'nothing'}`]),
    ...(run.dirty ? ['the lab was left dirty'] : []),
    ...(vector.says && !vector.says.test(run.message ?? '') ? [`it does not say ${vector.says}: ${run.message}`] : []),
    ...foundLate(run, vector),
  ]
}

function foundLate({ steps }: RunAnswer, { foundWithinMs }: Vector): string[] {
  const step = steps.find(({ outcome }) => outcome === 'failed')
  if (foundWithinMs === undefined) return []
  const tookMs = (step?.endedAt ?? Number.POSITIVE_INFINITY) - (step?.startedAt ?? 0)
  return tookMs <= foundWithinMs
    ? []
    : [`it was found after ${tookMs} ms in "${step?.id}", not within ${foundWithinMs}`]
}
