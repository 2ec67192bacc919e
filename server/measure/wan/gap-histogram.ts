/** Times between packets, counted in steps of 5 %: any number of them in the same memory. */
export type GapHistogram = {
  /** ms ≥ 0. */
  add(gapMs: number): void
  count(): number
  /** The p-quantile (0…1), ms, at most 5 % too large; null without any. */
  quantile(p: number): number | null
}

const SMALLEST_MS = 0.001
const STEP = Math.log(1.05)
const STEPS = 420

/** From 1 µs to 800 s; what is beyond either end counts as that end. */
export function gapHistogram(): GapHistogram {
  const counts = new Uint32Array(STEPS)
  let total = 0
  return {
    add(gapMs) {
      const step = gapMs <= SMALLEST_MS ? 0 : Math.min(STEPS - 1, Math.ceil(Math.log(gapMs / SMALLEST_MS) / STEP))
      counts[step] = (counts[step] ?? 0) + 1
      total++
    },
    count: () => total,
    quantile(p) {
      if (total === 0) return null
      let left = Math.max(1, Math.ceil(p * total))
      const step = counts.findIndex((count) => {
        left -= count
        return left <= 0
      })
      return SMALLEST_MS * Math.exp(Math.max(0, step) * STEP)
    },
  }
}
