import type { Target } from '../domain/lab'
import { PROBE_KINDS, type SampleRow } from '../domain/sample'
import { baselineOf, type ProbeBaseline } from '../measure/baseline'
import { ProbeTimelineBuilder } from '../measure/probe-timeline'
import { type Recovery, recovery } from '../measure/recovery'

const REPLY = PROBE_KINDS.indexOf('reply')

/** A probe while it runs: knows whether the path has recovered. Stamps are the probe host's clock, epoch ms. */
export class LiveProbe {
  readonly #timeline = new ProbeTimelineBuilder()
  #firstReplyMs: number | null = null
  #lastReplyMs: number | null = null
  #baseline: { value: ProbeBaseline; endMs: number } | null = null
  /** Why it is over; null while it runs. */
  ended: string | null = null

  constructor(readonly target: Target) {}

  /** Takes rows of SAMPLE_COLUMNS.probe, in their order. */
  append(rows: readonly SampleRow[]): void {
    this.#timeline.append(rows)
    for (const [kind, stampMs] of rows) {
      if (kind !== REPLY || stampMs == null) continue
      this.#firstReplyMs ??= stampMs
      this.#lastReplyMs = stampMs
    }
  }

  end(reason: string): void {
    this.ended ??= reason
  }

  /** How long it has been answered, ms. */
  get answeredForMs(): number {
    return (this.#lastReplyMs ?? 0) - (this.#firstReplyMs ?? 0)
  }

  /** What came so far is the baseline. */
  endBaseline(): void {
    const endMs = this.#lastReplyMs ?? 0
    this.#baseline = { value: baselineOf(this.#timeline.timeline(), this.#firstReplyMs ?? 0, endMs), endMs }
  }

  /** What the probe shows by itself: spacing, loss and RTT so far. */
  sofar(): ProbeBaseline {
    return baselineOf(this.#timeline.timeline(), this.#firstReplyMs ?? 0, Number.POSITIVE_INFINITY)
  }

  /** Whether loss is back within the baseline, and since when; null before there is a baseline. */
  recovery(validationMs: number): Recovery | null {
    if (!this.#baseline) return null
    const { value: baseline, endMs: fromMs } = this.#baseline
    return recovery(this.#timeline.timeline({ fromMs, live: true }), { fromMs, baseline, validationMs })
  }
}
