/** One figure of the benchmark. The median is judged; a miss is reported, never hidden. */
export type Figure = {
  key: string
  title: string
  unit: string
  /** The largest value that is good enough; for `atLeast` the smallest; null: told, not judged. */
  limit: number | null
  atLeast?: boolean
  min: number
  median: number
  max: number
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)

export function medianOf(
  key: string,
  title: string,
  unit: string,
  limit: number | null,
  values: readonly number[],
  atLeast = false,
): Figure {
  const list = sorted(values)
  const at = (share: number) => list[Math.floor((list.length - 1) * share)] ?? Number.NaN
  return { key, title, unit, limit, atLeast, min: at(0), median: at(0.5), max: at(1) }
}

/** The value below which `share` of all values lie (nearest rank). */
export const quantile = (values: readonly number[], share: number): number =>
  sorted(values)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN

const holds = ({ limit, median, atLeast }: Figure) => limit === null || (atLeast ? median >= limit : median <= limit)
const text = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2))

type Nested = { [key: string]: number | Nested }

/** "accuracy.covered" becomes {accuracy: {covered}}. */
function nested(figures: readonly Figure[]): Nested {
  const result: Nested = {}
  for (const { key, median } of figures) {
    const groups = key.split('.')
    const name = groups.pop() ?? key
    let place = result
    for (const group of groups) {
      const inner = place[group]
      place = place[group] = typeof inner === 'object' ? inner : {}
    }
    place[name] = median
  }
  return result
}

/** Prints a table, or with json one object of medians; misses are named either way, and set the exit code. */
export function printFigures(figures: readonly Figure[], json: boolean): void {
  const misses = figures.filter((figure) => !holds(figure))
  if (json) console.log(JSON.stringify(nested(figures)))
  else {
    console.log('\n| figure | what | min | median | max | wanted | |\n|---|---|---|---|---|---|---|')
    for (const figure of figures) {
      const { key, title, unit, limit, atLeast, min, median, max } = figure
      const wanted = limit === null ? '' : `${atLeast ? '≥' : '≤'} ${limit} ${unit}`
      console.log(
        `| ${key} | ${title} | ${text(min)} | ${text(median)} | ${text(max)} ${unit} | ${wanted} | ${holds(figure) ? 'ok' : 'MISSED'} |`,
      )
    }
  }
  for (const { key, median, limit } of misses) console.error(`missed: ${key} is ${text(median)}, wanted ${limit}`)
  process.exitCode = misses.length > 0 ? 1 : 0
}
