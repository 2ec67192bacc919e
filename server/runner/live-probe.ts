import type { Target } from '../domain/lab'
import { PROBE_KINDS, type SampleRow } from '../domain/sample'
import { type PingHeader, parsePingLine } from '../drivers/ping-parse'
import { baselineOf, type ProbeBaseline } from '../measure/baseline'
import { ProbeTimelineBuilder } from '../measure/probe-timeline'
import { type Recovery, recovery } from '../measure/recovery'

const REPLY = PROBE_KINDS.indexOf('reply')

type Sinks = {
  push: (rows: SampleRow[]) => void
  /** Lines that the samples do not carry, verbatim. */
  output: (text: string) => void
}

/** A probe while it runs: hands its lines on, and knows whether the path has recovered. */
export class LiveProbe {
  readonly #timeline = new ProbeTimelineBuilder()
  #header: PingHeader | null = null
  #firstReplyMs: number | null = null
  #lastReplyMs: number | null = null
  #baseline: { value: ProbeBaseline; endMs: number } | null = null
  /** Why it is over; null while it runs. */
  ended: string | null = null

  constructor(
    readonly target: Target,
    private readonly sinks: Sinks,
  ) {}

  /** Takes one line of ping. */
  line(text: string): void {
    const line = parsePingLine(text, this.#header)
    if (line.kind === 'header') this.#header = line.header
    if (line.kind === 'sample') {
      this.#timeline.append([line.row])
      this.sinks.push([line.row])
      const [kind, stampMs] = line.row
      if (kind === REPLY && stampMs != null) {
        this.#firstReplyMs ??= stampMs
        this.#lastReplyMs = stampMs
      }
      if (line.exact) return
    }
    if (line.kind === 'error' && line.fatal) this.ended = line.message
    this.sinks.output(`${text}\n`)
  }

  end(reason: string): void {
    this.ended ??= reason
  }

  /** How long it has been answered, ms on the probe host's clock. */
  get answeredForMs(): number {
    return (this.#lastReplyMs ?? 0) - (this.#firstReplyMs ?? 0)
  }

  /** What came so far is the baseline. */
  endBaseline(): void {
    const endMs = this.#lastReplyMs ?? 0
    this.#baseline = { value: baselineOf(this.#timeline.timeline(), this.#firstReplyMs ?? 0, endMs), endMs }
  }

  /** Whether loss is back within the baseline, and since when; null before there is a baseline. */
  recovery(validationMs: number): Recovery | null {
    if (!this.#baseline) return null
    const { value: baseline, endMs: fromMs } = this.#baseline
    return recovery(this.#timeline.timeline({ fromMs }), { fromMs, baseline, validationMs })
  }
}
