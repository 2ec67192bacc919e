import { applyEvent, type RunDetail } from '@/server/domain/detail'
import type { SampleBatch, SampleRow } from '@/server/domain/sample'
import type { LiveItem, RunWindow } from '@/server/domain/views'
import type { LastProbe, ProbeTrack } from './probe-track'
import { noTracks, type Tracks, trackOf, tracksOf } from './tracks'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'ended'

export type LiveSnapshot = {
  detail: RunDetail
  tracks: Tracks
  connection: Connection
  /** Why the stored samples could not be read; it is tried again. */
  windowError: unknown
  version: number
}

/** What the store needs of the API; tests give their own. */
export type LiveSource = {
  follow(
    after: number,
    on: { item: (item: LiveItem) => void; state: (state: 'connecting' | 'live') => void; error: () => void },
  ): () => void
  detail(): Promise<RunDetail>
  window(): Promise<RunWindow>
}

const PAINT_MS = 100
/** Drawing gets at most this share of the main thread; the rest is for the next messages. */
const PAINT_SHARE = 0.2
const SLOWEST_MS = 1000
const RETRY_MS = 1000
/** What happened is shown within this time; events that come in a bunch are one picture. */
const EVENT_MS = 30
/** More raw rows than this behind a live chart: fetch the thinned window and begin anew. */
const TAIL_ROWS = 20_000

/**
 * A run as it goes on. Events come by cursor and are reduced once each; samples come as ticks and are told apart by
 * index, and the stored window fills what was missed while the stream was away. Readouts are called with every message,
 * React is told at most every 100 ms.
 */
export class LiveRun {
  #source: LiveSource
  #snapshot: LiveSnapshot
  /** Newer than the snapshot's between two paintings. */
  #detail: RunDetail
  #stop: (() => void) | null = null
  #listeners = new Set<() => void>()
  #readouts = new Map<string, (last: LastProbe) => void>()
  /** Live rows since the last window; a window that arrives is completed with them. */
  #tail = new Map<string, [number, SampleRow][]>()
  #tailRows = 0
  #fetching = false
  #closed = false
  #wanted = false
  #paintTimer: ReturnType<typeof setTimeout> | null = null
  #retryTimer: ReturnType<typeof setTimeout> | null = null
  #paintedAt = 0
  #paintCostMs = 0
  #fetchedAt = 0
  #ready = false
  /** Everything that is stored is in the tracks. */
  #complete: boolean
  #skewMs: number | null = null

  /** @param window what is stored of an ended run, where it is at hand; else it is asked for */
  constructor(source: LiveSource, detail: RunDetail, window: RunWindow | null = null) {
    this.#source = source
    this.#detail = detail
    this.#complete = window !== null
    const ended = detail.summary.phase === 'ended'
    this.#snapshot = {
      detail,
      tracks: window ? tracksOf(window, this.#tail) : noTracks(),
      connection: ended ? 'ended' : 'connecting',
      windowError: null,
      version: 0,
    }
  }

  snapshot = (): LiveSnapshot => this.#snapshot

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The server's clock as far as the events tell it: an event cannot come before it happened. */
  now(): number {
    return Date.now() - (this.#skewMs ?? 0)
  }

  /** Called with the last line of a probe, straight from each message. */
  readout(stream: string, show: (last: LastProbe) => void): () => void {
    this.#readouts.set(stream, show)
    const last = this.#snapshot.tracks.probes.get(stream)?.last
    if (last) show(last)
    return () => this.#readouts.delete(stream)
  }

  start(): void {
    this.#closed = false
    if (this.#stop) return
    if (this.#snapshot.connection === 'ended') {
      if (!this.#complete) void this.#fetchWindow()
      return
    }
    this.#open(this.#snapshot.connection === 'paused' ? 'reconnecting' : 'connecting')
  }

  /** Nobody looks: the stream is closed; `start` goes on from the cursor. */
  pause(): void {
    this.#close()
    if (this.#snapshot.connection !== 'ended') this.#set({ connection: 'paused' })
  }

  /** The browser says that there is no network: no need to wait until the stream notices. */
  lost = (): void => {
    if (this.#stop) this.#retry()
  }

  /** There is one again. */
  found = (): void => {
    if (!this.#retryTimer) return
    this.#close()
    this.#open('reconnecting')
  }

  stop(): void {
    this.#closed = true
    this.#close()
    if (this.#paintTimer) clearTimeout(this.#paintTimer)
    this.#paintTimer = null
  }

  #open(connection: Connection): void {
    this.#ready = false
    this.#set({ connection })
    this.#stop = this.#source.follow(this.#detail.lastSeq, {
      item: (item) => this.#item(item),
      state: (state) => {
        if (this.#snapshot.connection === 'ended') return
        this.#set({
          connection: state === 'live' ? 'live' : this.#snapshot.version > 1 ? 'reconnecting' : 'connecting',
        })
      },
      error: () => this.#retry(),
    })
  }

  #close(): void {
    this.#stop?.()
    this.#stop = null
    if (this.#retryTimer) clearTimeout(this.#retryTimer)
    this.#retryTimer = null
  }

  #retry(): void {
    this.#close()
    if (this.#snapshot.connection === 'ended') return
    this.#set({ connection: 'reconnecting' })
    this.#retryTimer = setTimeout(() => this.#open('reconnecting'), RETRY_MS)
  }

  #item(item: LiveItem): void {
    if (item.kind === 'samples') {
      this.#samples(item.batches)
      return
    }
    if (item.kind === 'ready') {
      this.#ready = true
      void this.#fetchWindow()
      return
    }
    if (item.kind === 'summary') {
      // What the events say of the run is newer than its row.
      const { phase, behind, dirty, failoverTime, verdict } = item.summary
      const summary = { ...this.#detail.summary, phase, behind, dirty, failoverTime, verdict }
      this.#detail = { ...this.#detail, summary }
      this.#paintSoon(EVENT_MS)
      return
    }
    for (const event of item.events) {
      this.#detail = applyEvent(this.#detail, event)
      const late = Date.now() - event.atMs
      if (late < 0 || this.#ready) this.#skewMs = Math.min(this.#skewMs ?? late, late)
    }
    // Raw output moves only the cursor: nothing to draw.
    if (!differs(this.#detail, this.#snapshot.detail)) return
    const ended = this.#detail.summary.phase === 'ended'
    if (ended) this.#set({ detail: this.#detail, connection: 'ended' })
    else this.#paintSoon(EVENT_MS)
    if (ended) void this.#finish()
  }

  #samples(batches: SampleBatch[]): void {
    const { tracks } = this.#snapshot
    let holed = false
    for (const { stream, first, rows } of batches) {
      const track = trackOf(tracks, stream)
      const tail = this.#tail.get(stream) ?? []
      this.#tail.set(stream, tail)
      rows.forEach((row, i) => {
        if (!track.push(first + i, row)) return
        tail.push([first + i, row])
        this.#tailRows++
      })
      if (track.hole) holed = true
      const show = this.#readouts.get(stream)
      const last = show ? (track as ProbeTrack).last : null
      if (show && last) show(last)
    }
    const refetch = (holed || this.#tailRows > TAIL_ROWS) && Date.now() - this.#fetchedAt > RETRY_MS
    if (refetch && !this.#fetching) void this.#fetchWindow()
    this.#paintSoon()
  }

  /** The stored samples, thinned, completed with the live rows that are newer. */
  async #fetchWindow(): Promise<void> {
    if (this.#fetching) {
      this.#wanted = true
      return
    }
    this.#fetching = true
    this.#fetchedAt = Date.now()
    try {
      const window = await this.#source.window()
      const tracks = tracksOf(window, this.#tail)
      for (const [stream, tail] of this.#tail) {
        const stored = window.series.find((s) => s.stream === stream)?.lastIndex ?? -1
        this.#tail.set(
          stream,
          tail.filter(([index]) => index > stored),
        )
      }
      this.#tailRows = [...this.#tail.values()].reduce((n, tail) => n + tail.length, 0)
      this.#set({ tracks, windowError: null })
      for (const [stream, show] of this.#readouts) {
        const last = tracks.probes.get(stream)?.last
        if (last) show(last)
      }
    } catch (windowError) {
      if (this.#closed) return
      this.#set({ windowError })
      setTimeout(() => void this.#fetchWindow(), RETRY_MS)
    } finally {
      this.#fetching = false
      if (this.#wanted) {
        this.#wanted = false
        void this.#fetchWindow()
      }
    }
  }

  /** The report is the last word: what was shown live gives way to what is stored. */
  async #finish(): Promise<void> {
    this.#close()
    await this.#fetchWindow()
    try {
      this.#detail = await this.#source.detail()
      this.#set({})
    } catch {
      // The reduced events say the same; only the row's newest fields may be missing.
    }
  }

  /** A slow browser, or a busy one, gets its pictures less often. */
  painted = (ms: number): void => {
    this.#paintCostMs += (Math.min(ms, 1000) - this.#paintCostMs) * 0.3
  }

  #paintSoon(withinMs = Number.POSITIVE_INFINITY): void {
    if (this.#paintTimer && withinMs > PAINT_MS) return
    if (this.#paintTimer) clearTimeout(this.#paintTimer)
    const pause = Math.min(SLOWEST_MS, Math.max(PAINT_MS, this.#paintCostMs / PAINT_SHARE))
    const wait = Math.min(withinMs, Math.max(0, this.#paintedAt + pause - Date.now()))
    this.#paintTimer = setTimeout(() => {
      this.#paintTimer = null
      this.#paintedAt = Date.now()
      this.#set({})
    }, wait)
  }

  #set(change: Partial<LiveSnapshot>): void {
    const detail = differs(this.#detail, this.#snapshot.detail) ? this.#detail : this.#snapshot.detail
    this.#snapshot = { ...this.#snapshot, detail, ...change, version: this.#snapshot.version + 1 }
    for (const listener of this.#listeners) listener()
  }
}

const differs = (a: RunDetail, b: RunDetail): boolean =>
  (Object.keys(a) as (keyof RunDetail)[]).some((key) => key !== 'lastSeq' && a[key] !== b[key])
