const STEPS = 100_000_000

/** Wall time of a fixed piece of arithmetic, ms: how fast the machine is just now, for reading the timings beside it. */
export function machineMs(): number {
  const fromMs = performance.now()
  let state = 1
  for (let i = 0; i < STEPS; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
  // The result must be used, or the loop is optimised away.
  return performance.now() - fromMs + (state === 0 ? 1 : 0)
}
