import { comparisonsOf } from '../e2e/prove/accuracy'
import { type Figure, medianOf } from './figures'

const RUNS = 20

/** TC-3 on the reference lab, which must be up: in how many runs the independent stream's outage meets the stated interval. */
export async function measureReference(): Promise<Figure> {
  const { covered } = await comparisonsOf(Math.random, RUNS)
  return medianOf(
    'reference.tc3.covered',
    `TC-3 on the real cluster: agrees with the stream`,
    `of ${RUNS}`,
    RUNS,
    [covered],
    true,
  )
}
