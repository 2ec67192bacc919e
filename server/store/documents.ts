import { promisify } from 'node:util'
import zlib from 'node:zlib'

const brotli = promisify(zlib.brotliCompress)
const unbrotli = promisify(zlib.brotliDecompress)

/** A JSON document, compressed outside the event loop: labs, reports and event logs are mostly repetition. */
export async function packJson(value: unknown, quality = 6): Promise<Uint8Array<ArrayBuffer>> {
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: quality }
  return new Uint8Array(await brotli(JSON.stringify(value), { params }))
}

/** What packJson packed; the caller knows its type. */
export async function unpackJson<T>(bytes: Uint8Array): Promise<T> {
  return JSON.parse((await unbrotli(bytes)).toString('utf8')) as T
}
