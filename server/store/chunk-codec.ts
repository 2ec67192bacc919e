import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { SampleRow } from '../domain/sample'
import { ByteReader, ByteWriter } from './bytes'
import { readColumns, writeColumns } from './column-codec'

const deflate = promisify(zlib.deflateRaw)
const inflate = promisify(zlib.inflateRaw)
const brotli = promisify(zlib.brotliCompress)
const unbrotli = promisify(zlib.brotliDecompress)

const DEFLATE = 1
const BROTLI = 2

/** `fast` for the second that has just passed, `small` for what is kept. Compression runs outside the event loop. */
export type Effort = 'fast' | 'small'

/** Rows of equal length as bytes; comes back exactly, to the last bit of every float64. Rejects with RangeError else. */
export async function encodeRows(rows: readonly SampleRow[], effort: Effort): Promise<Uint8Array<ArrayBuffer>> {
  const width = rows[0]?.length ?? 0
  if (rows.some((row) => row.length !== width)) throw new RangeError('sample rows of one chunk must be equally long')
  const out = new ByteWriter()
  out.varint(rows.length)
  out.varint(width)
  writeColumns(
    out,
    Array.from({ length: width }, (_, c) => rows.map((row) => row[c] ?? null)),
  )
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 10, [zlib.constants.BROTLI_PARAM_LGWIN]: 18 }
  const body = effort === 'fast' ? await deflate(out.finish()) : await brotli(out.finish(), { params })
  const bytes = new Uint8Array(body.length + 1)
  bytes[0] = effort === 'fast' ? DEFLATE : BROTLI
  bytes.set(body, 1)
  return bytes
}

/** What encodeRows made. Rejects with RangeError when the data is damaged. */
export async function decodeRows(bytes: Uint8Array): Promise<SampleRow[]> {
  const body = bytes.subarray(1)
  if (bytes[0] !== DEFLATE && bytes[0] !== BROTLI) throw new RangeError(`unknown sample chunk format ${bytes[0]}`)
  const input = new ByteReader(bytes[0] === DEFLATE ? await inflate(body) : await unbrotli(body))
  const count = input.varint()
  const columns = readColumns(input, count, input.varint())
  const rows = new Array<SampleRow>(count)
  for (let i = 0; i < count; i++) {
    const row = new Array<number | null>(columns.length)
    for (let c = 0; c < row.length; c++) row[c] = columns[c]?.[i] ?? null
    rows[i] = row
  }
  return rows
}
