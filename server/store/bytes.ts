/** Grows as it is written to. Varints carry integers from 0 to 2^53. */
export class ByteWriter {
  #bytes = new Uint8Array(1024)
  #length = 0

  push(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80
    this.#bytes[this.#length++] = rest
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Reads what ByteWriter wrote; throws RangeError at the end of the data. */
export class ByteReader {
  #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('sample chunk is cut short')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.take(1)[0] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
}

/** Signed to unsigned, small magnitudes to small numbers: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)
export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)

/**
 * Unsigned integers (≤ 2^53) as byte planes: all lowest bytes, then all second bytes … In the high planes almost
 * every byte is 0 and compresses to nothing; the low plane is noise in any order.
 */
export function writePlanes(out: ByteWriter, values: readonly number[]): void {
  let widest = 0
  for (const value of values) if (value > widest) widest = value
  let planes = 0
  for (let rest = widest; rest > 0; rest = Math.floor(rest / 256)) planes++
  out.varint(planes)
  for (let plane = 0, scale = 1; plane < planes; plane++, scale *= 256) {
    const bytes = new Uint8Array(values.length)
    for (let i = 0; i < values.length; i++) bytes[i] = Math.floor((values[i] ?? 0) / scale) % 256
    out.push(bytes)
  }
}

export function readPlanes(input: ByteReader, count: number): number[] {
  const planes = input.varint()
  const values = new Array<number>(count).fill(0)
  for (let plane = 0, scale = 1; plane < planes; plane++, scale *= 256) {
    const bytes = input.take(count)
    for (let i = 0; i < count; i++) if (bytes[i]) values[i] = (values[i] ?? 0) + (bytes[i] ?? 0) * scale
  }
  return values
}
