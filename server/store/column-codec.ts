import { type ByteReader, type ByteWriter, readPlanes, unzigzag, writePlanes, zigzag } from './bytes'

/** One column of a chunk; null where the tool printed nothing. */
export type Column = readonly (number | null)[]

const MAX_SCALE = 6
/** In the place of a scale: the column holds numbers that are no short decimals, as float64. */
const RAW = MAX_SCALE + 1

/** Beyond this, sums and differences of two integers need not be exact. */
const LIMIT = 2 ** 52

/** How the integers are foretold; what is stored is how far off that was. */
const PLAIN = 0
const DELTA = 1
/** Delta of the difference to another column: a reply's stamp minus its RTT is its far more even send time. */
const DELTA_TO = 2

type Plan = { mode: number; reference: number; ints: number[] }

/** The smallest scale at which every value is k / 10^scale exactly, k an integer; null when there is none. */
function scaleOf(values: readonly number[]): number | null {
  let scale = 0
  for (const value of values) while (!fits(value, scale)) if (++scale > MAX_SCALE) return null
  return values.every((value) => fits(value, scale)) ? scale : null
}

function fits(value: number, scale: number): boolean {
  const factor = 10 ** scale
  const int = Math.round(value * factor)
  // Adding 0 makes −0 another number than it was, so it does not pass for an integer.
  return Math.abs(int) <= LIMIT && Object.is((int + 0) / factor, value)
}

const deltas = (ints: readonly number[]): number[] => ints.slice(1).map((value, i) => value - (ints[i] ?? 0))

const median = (values: readonly number[]): number => Float64Array.from(values).sort()[values.length >> 1] ?? 0

function cost(values: readonly number[]): number {
  const base = median(values)
  let bits = 0
  for (const value of values) bits += Math.log2(1 + 2 * Math.abs(value - base))
  return bits
}

/** `source` in units of 10^-scale at every row where `column` has a value; where it has none itself, its last one. */
function alongside(column: Column, source: Column, scale: number): number[] {
  const along: number[] = []
  let last = 0
  for (let row = 0; row < column.length; row++) {
    const value = source[row]
    if (typeof value === 'number') last = Math.round(value * 10 ** scale)
    if (column[row] !== null) along.push(last)
  }
  return along
}

/** Rows that the choice is made by; more of them choose no better. */
const TRIAL_ROWS = 512

/** The cheapest way to foretell a column, of those that can be undone exactly; null when there is none. */
function cheapest(column: Column, ints: number[], scale: number, references: ReadonlyMap<number, Column>): Plan | null {
  const head = column.slice(0, TRIAL_ROWS)
  const trial = ints.slice(0, head.filter((value) => value !== null).length)
  const plans = [
    { mode: PLAIN, reference: -1, bits: cost(trial) },
    { mode: DELTA, reference: -1, bits: cost(deltas(trial)) },
  ]
  if (plans.every(({ bits }) => bits > 0))
    for (const [reference, source] of references) {
      const bits = cost(deltas(minus(trial, alongside(head, source, scale)))) * 1.02
      plans.push({ mode: DELTA_TO, reference, bits })
    }
  for (const { mode, reference } of plans.sort((a, b) => a.bits - b.bits)) {
    const source = references.get(reference)
    const plan = { mode, reference, ints: source ? minus(ints, alongside(column, source, scale)) : ints }
    if (undoable(plan)) return plan
  }
  return null
}

const minus = (ints: readonly number[], along: readonly number[]): number[] =>
  ints.map((value, i) => value - (along[i] ?? 0))

function undoable({ mode, ints }: Plan): boolean {
  const values = mode === PLAIN ? ints : deltas(ints)
  const base = median(values)
  return [ints[0] ?? 0, base].every((n) => Math.abs(n) <= LIMIT) && values.every((v) => Math.abs(v - base) <= LIMIT)
}

function writeInts(out: ByteWriter, mode: number, ints: readonly number[]): void {
  const values = mode === PLAIN ? ints : deltas(ints)
  const base = median(values)
  if (mode !== PLAIN) out.varint(zigzag(ints[0] ?? 0))
  out.varint(zigzag(base))
  writePlanes(
    out,
    values.map((value) => zigzag(value - base)),
  )
}

// Reading is plain loops over arrays of known length: an hour of samples is some million values.
function readInts(input: ByteReader, mode: number, count: number): number[] {
  let last = mode === PLAIN ? 0 : unzigzag(input.varint())
  const base = unzigzag(input.varint())
  const ints = readPlanes(input, mode === PLAIN ? count : Math.max(count - 1, 0))
  for (let i = 0; i < ints.length; i++) ints[i] = unzigzag(ints[i] ?? 0) + base
  if (mode === PLAIN || count === 0) return ints
  for (let i = 0; i < ints.length; i++) {
    const delta = ints[i] ?? 0
    ints[i] = last
    last += delta
  }
  ints.push(last)
  return ints
}

function writeFloats(out: ByteWriter, values: readonly number[]): void {
  const bytes = new Uint8Array(Float64Array.from(values).buffer)
  for (let plane = 0; plane < 8; plane++) out.push(bytes.filter((_, i) => i % 8 === plane))
}

function readFloats(input: ByteReader, count: number): number[] {
  const bytes = new Uint8Array(count * 8)
  for (let plane = 0; plane < 8; plane++) {
    const read = input.take(count)
    for (let i = 0; i < count; i++) bytes[i * 8 + plane] = read[i] ?? 0
  }
  return [...new Float64Array(bytes.buffer)]
}

function writeNulls(out: ByteWriter, column: Column): void {
  const any = column.includes(null)
  out.varint(any ? 1 : 0)
  if (any) out.push(Uint8Array.from(column, (value) => (value === null ? 1 : 0)))
}

/** Columns of equal length. NaN, infinities and −0 come back as they were. */
export function writeColumns(out: ByteWriter, columns: readonly Column[]): void {
  // A column that others refer to must not refer to one itself, so that reading finds it ready.
  const referring = new Set<number>()
  const referred = new Set<number>()
  const later: (() => void)[] = []
  for (const [at, column] of columns.entries()) {
    const values = column.filter((value) => value !== null)
    const scale = scaleOf(values)
    const ints = scale === null ? [] : values.map((value) => Math.round(value * 10 ** scale))
    const others = [...columns.entries()].filter(([other]) => other !== at && !referring.has(other))
    const best = scale === null ? null : cheapest(column, ints, scale, new Map(referred.has(at) ? [] : others))
    const write = () => {
      out.varint(at)
      writeNulls(out, column)
      out.varint(best && scale !== null ? scale : RAW)
      if (!best) return writeFloats(out, values)
      out.varint(best.mode)
      if (best.mode === DELTA_TO) out.varint(best.reference)
      writeInts(out, best.mode, best.ints)
    }
    if (best?.mode !== DELTA_TO) write()
    else {
      referring.add(at)
      referred.add(best.reference)
      later.push(write)
    }
  }
  for (const write of later) write()
}

function readColumn(input: ByteReader, rows: number, columns: readonly Column[]): Column {
  const nulls = input.varint() === 1 ? input.take(rows) : null
  let count = rows
  if (nulls) for (let row = 0; row < rows; row++) count -= nulls[row] ?? 0
  const scale = input.varint()
  const mode = scale === RAW ? PLAIN : input.varint()
  const source = mode === DELTA_TO ? columns[input.varint()] : undefined
  const values = scale === RAW ? readFloats(input, count) : readInts(input, mode, count)
  const factor = 10 ** scale
  const column = new Array<number | null>(rows)
  let next = 0
  let along = 0
  for (let row = 0; row < rows; row++) {
    const other = source?.[row]
    if (typeof other === 'number') along = Math.round(other * factor)
    if (nulls?.[row]) column[row] = null
    else {
      const value = values[next++] ?? 0
      // −0 + 0 would be 0.
      column[row] = scale === RAW ? value : (value + along) / factor
    }
  }
  return column
}

/** What writeColumns wrote. Throws RangeError when the data is cut short. */
export function readColumns(input: ByteReader, rows: number, count: number): Column[] {
  const columns = new Array<Column>(count).fill([])
  for (let n = 0; n < count; n++) columns[input.varint()] = readColumn(input, rows, columns)
  return columns
}
