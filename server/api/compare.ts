import type { Comparison } from '../domain/compare'
import type { RunDetail } from '../domain/detail'
import { repeatGroups } from '../measure/repeats'
import { readDetail } from './run-detail'
import type { Services } from './services'

/** Runs side by side, in the order of `ids`; an id that nobody knows is named and the others stay. */
export async function readComparison(services: Services, ids: readonly string[]): Promise<Comparison> {
  const runs: RunDetail[] = []
  const missing: string[] = []
  // One after the other: a run's events are read whole, and a live run is to go on meanwhile.
  for (const id of new Set(ids)) {
    if (await services.runs.get(id)) runs.push({ ...(await readDetail(services, id)), commands: [], checks: [] })
    else missing.push(id)
  }
  return { runs, missing, groups: repeatGroups(runs) }
}
