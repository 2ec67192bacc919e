import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { CaptureFile, CaptureFiles } from '../domain/ports'
import { AppError } from '../errors'

/** Of one file: the headers of 150,000 packets. */
const FILE_CAP_BYTES = 16 * 1024 * 1024
/** Of all runs together; the oldest make room. A disk that captures fill would be missed by the database. */
const TOTAL_CAP_BYTES = 4 * 1024 * 1024 * 1024
/** So much may wait for a slow disk, of one file. */
const WAITING_CAP_BYTES = 4 * 1024 * 1024

const NAME = /^[\w.-]{1,60}\.pcap$/
const RUN = /^[\w.-]{1,64}$/

type CaptureCaps = { file: number; total: number; waiting: number }
const CAPS: CaptureCaps = { file: FILE_CAP_BYTES, total: TOTAL_CAP_BYTES, waiting: WAITING_CAP_BYTES }

/** pcaps of runs, as files in a folder; what does not fit is left out at a packet's end. */
export class CaptureFolder implements CaptureFiles {
  readonly #caps: CaptureCaps

  constructor(
    private readonly folder: string,
    caps: Partial<CaptureCaps> = {},
  ) {
    this.#caps = { ...CAPS, ...caps }
  }

  async open(runId: string, name: string): Promise<CaptureFile> {
    const file = this.#path(runId, name)
    const isNew = (await mkdir(path.dirname(file), { recursive: true })) !== undefined
    if (isNew) await this.#makeRoom(runId)
    return new CappedFile(name, await open(file, 'w'), this.#caps)
  }

  /** Rejects with `not-found`. */
  async read(runId: string, name: string): Promise<{ bytes: number; body: ReadableStream<Uint8Array> }> {
    const file = this.#path(runId, name)
    const found = await stat(file).catch(() => null)
    if (!found?.isFile())
      throw new AppError('not-found', `run ${runId} has no capture "${name}"`, {
        hint: 'Captures of the oldest runs make room for new ones.',
      })
    const { size: bytes } = found
    // Not beyond what was promised, while it still grows.
    const body = bytes === 0 ? Readable.from([]) : createReadStream(file, { end: bytes - 1 })
    return { bytes, body: Readable.toWeb(body) as ReadableStream<Uint8Array> }
  }

  /** Removes captures of the oldest runs until those of a new one fit. */
  async #makeRoom(runId: string): Promise<void> {
    const runs = await Promise.all((await readdir(this.folder)).map((name) => sizeOf(path.join(this.folder, name))))
    let bytes = runs.reduce((sum, run) => sum + run.bytes, 0)
    for (const run of runs.toSorted((a, b) => a.changedMs - b.changedMs)) {
      if (bytes <= this.#caps.total) return
      if (path.basename(run.folder) === runId) continue
      await rm(run.folder, { recursive: true, force: true })
      bytes -= run.bytes
    }
  }

  #path(runId: string, name: string): string {
    if (RUN.test(runId) && !runId.includes('..') && NAME.test(name)) return path.join(this.folder, runId, name)
    throw new AppError('not-found', `there is no capture "${name}"`)
  }
}

async function sizeOf(folder: string): Promise<{ folder: string; bytes: number; changedMs: number }> {
  const changedMs = (await stat(folder).catch(() => null))?.mtimeMs ?? 0
  const names = await readdir(folder).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return { folder, bytes: sizes.reduce((sum, size) => sum + size, 0), changedMs }
}

class CappedFile implements CaptureFile {
  /** Given and not yet on the disk, in order. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #writing: Promise<void> | null = null
  /** Given to the file, and of those up to the end of a packet. */
  #given = 0
  #whole = 0
  #isCut = false
  #failed = false

  constructor(
    readonly name: string,
    private readonly handle: FileHandle,
    private readonly caps: CaptureCaps,
  ) {}

  bytes = (): number => (this.#failed ? 0 : this.#whole)
  isCut = (): boolean => this.#isCut

  write(chunk: Uint8Array, wholeBytes: number): void {
    if (this.#isCut || this.#failed) return
    if (this.#given + chunk.length > this.caps.file || this.#waitingBytes + chunk.length > this.caps.waiting) {
      this.#isCut = true
      return
    }
    this.#given += chunk.length
    this.#whole = wholeBytes
    // a copy: the transport may use its memory again
    this.#waiting.push(Uint8Array.from(chunk))
    this.#waitingBytes += chunk.length
    this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#failed) {
      const all = Buffer.concat(this.#waiting)
      this.#waiting = []
      // A full disk must not end the run: the analysis does not need the file.
      await this.handle.writeFile(all).catch(() => {
        this.#failed = true
      })
      this.#waitingBytes -= all.length
    }
    this.#writing = null
  }

  async close(): Promise<void> {
    await this.#writing
    await this.handle.truncate(this.#whole).catch(() => {})
    await this.handle.close().catch(() => {})
  }
}
