/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A run is disturbed within this share of the time that an undisturbed one takes. */
const EARLIEST = 0.02
const LATEST = 0.9

/** The moment at a share (0 to 1) of the time in which a run is disturbed, ms after its start. */
export const momentIn = (tookMs: number, share: number): number => tookMs * (EARLIEST + (LATEST - EARLIEST) * share)

/** Random moments, one in each of so many equal parts of a run, ms after its start. */
export const momentsOf = (random: () => number, count: number, tookMs: number): number[] =>
  Array.from({ length: count }, (_, i) => momentIn(tookMs, (i + random()) / count))
