import { setTimeout as sleep } from 'node:timers/promises'
import type { SampleRow } from '../domain/sample'

/** A session must move again within the larger of these (MEASUREMENT.md, session survival). */
const PATIENCE_MS = 15_000
const CHECK_MS = 100

/** Which TCP streams of the run have moved bytes, and when last. */
export class Sockets {
  /** "traffic/socket" -> app clock, epoch ms, of the start of the last interval with bytes. */
  readonly #movedMs = new Map<string, number>()

  open(traffic: string, socket: number): void {
    this.#movedMs.set(`${traffic}/${socket}`, 0)
  }

  /** Takes a row of SAMPLE_COLUMNS.traffic. */
  advance(traffic: string, [socket, fromS, toS, bytes, , , receivedMs]: SampleRow): void {
    const key = `${traffic}/${socket}`
    if (!this.#movedMs.has(key) || !bytes || receivedMs == null) return
    this.#movedMs.set(key, receivedMs - ((toS ?? 0) - (fromS ?? 0)) * 1000)
  }

  /** Resolves when every stream has moved bytes in an interval begun after sinceMs, or patience is over. */
  async untilAdvanced(sinceMs: number, gapMs: number, signal: AbortSignal): Promise<void> {
    const untilMs = sinceMs + Math.max(PATIENCE_MS, 2 * gapMs)
    while (Date.now() < untilMs && [...this.#movedMs.values()].some((movedMs) => movedMs < sinceMs))
      await sleep(CHECK_MS, undefined, { signal })
  }
}
