import type { AppError } from '../../errors'
import { onAbort } from '../../transport/abort'
import { consoleText } from './prompts'

/** A way to a console's bytes: `serialLine`, or a stand-in in tests. */
export type ConsoleLine = {
  write(data: string): void
  close(): void
  /** Why a console that says nothing may do so; null when nobody knows. */
  explainSilence?(): Promise<AppError | null>
}
/** Opens it. `onEnd` comes once, with the reason, when it ends without `close`. */
export type OpenLine = (onData: (text: string) => void, onEnd: (reason: AppError) => void) => Promise<ConsoleLine>

/** What is waited for: how long, and which errors tell that it did not come. `signal` null: a cancel does not end it. */
export type Wait = {
  timeoutMs: number
  signal: AbortSignal | null | undefined
  late: () => AppError
  cancelled: () => AppError
}
type Settle<T> = { resolve(value: T): void; reject(error: unknown): void }

const MAX_RAW = 1024 * 1024

/** What a console says through its line, as it comes, and how something in it is waited for. */
export class ConsoleReader {
  #raw = ''
  #line: ConsoleLine | null = null
  #ended: AppError | null = null
  #onText: (chunk: string) => void = () => {}
  #onEnded: (reason: AppError) => void = () => {}

  /** Rejects with what `open` rejects with. */
  async open(open: OpenLine): Promise<void> {
    this.#line = await open(
      (chunk) => {
        this.#raw = `${this.#raw}${chunk}`.slice(-MAX_RAW)
        this.#onText(chunk)
      },
      (reason) => {
        this.#ended = reason
        this.#onEnded(reason)
      },
    )
  }

  /** What it has said since it was last asked for something; clean. */
  get text(): string {
    return consoleText(this.#raw)
  }

  /** Nothing can be typed any more. */
  get isClosed(): boolean {
    return this.#ended !== null || this.#line === null
  }

  write(keys: string): void {
    this.#line?.write(keys)
  }

  /** Why it says nothing; null when nobody knows. Never rejects. */
  async explainSilence(): Promise<AppError | null> {
    return (await this.#line?.explainSilence?.().catch(() => null)) ?? null
  }

  close(): void {
    this.#line?.close()
    this.#line = null
  }

  /** Sends, then reads until `read` gives something. `settleMs`: what it gave must hold for so long. */
  async until<T>(send: string, read: (text: string) => T | null, wait: Wait, settleMs = 0): Promise<T> {
    this.#raw = ''
    let settling: NodeJS.Timeout | undefined
    let seen = ''
    const found = this.waiting<T>(wait, (settle, listen) => {
      listen(() => {
        const { text } = this
        // A kernel's message is no news.
        if (settleMs > 0 && text === seen) return
        seen = text
        clearTimeout(settling)
        try {
          const value = read(text)
          if (value === null) return
          if (settleMs > 0) settling = setTimeout(() => settle.resolve(value), settleMs)
          else settle.resolve(value)
        } catch (error) {
          settle.reject(error)
        }
      })
      this.write(send)
    })
    return found.finally(() => clearTimeout(settling))
  }

  /** Waits while `begin` listens to each chunk; ends with the line, too. */
  async waiting<T>(
    { timeoutMs, signal, late, cancelled }: Wait,
    begin: (settle: Settle<T>, listen: (onText: (chunk: string) => void) => void) => void,
  ): Promise<T> {
    if (this.#ended) throw this.#ended
    let timer: NodeJS.Timeout | undefined
    let unlisten = () => {}
    try {
      return await new Promise<T>((resolve, reject) => {
        timer = setTimeout(() => reject(late()), timeoutMs)
        this.#onEnded = reject
        unlisten = onAbort(signal ?? undefined, () => reject(cancelled()))
        begin({ resolve, reject }, (onText) => {
          this.#onText = onText
        })
      })
    } finally {
      clearTimeout(timer)
      unlisten()
      this.#onText = () => {}
      this.#onEnded = () => {}
    }
  }
}
