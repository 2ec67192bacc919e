/** Summary of repeats in the form of RFC 8219 §10 (count, min, median, mean, max, 1st and 99th percentile). */
export type Statistics = {
  count: number
  min: number
  p1: number
  median: number
  mean: number
  p99: number
  max: number
}
