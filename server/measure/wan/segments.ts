/** A stretch of traffic without a longer pause than some gap; epoch ms on the capture host's clock. */
export type Segment = { fromMs: number; toMs: number; packets: number }

/** A pause of traffic; open: it lasts to the end of what is looked at, so it had not ended by then. */
export type TrafficGap = {
  fromMs: number
  toMs: number
  isOpen: boolean
  /** Until traffic was seen again at all, ms; Infinity: it never was. */
  pauseMs: number
}

export type SegmentWatcher = {
  /** Packets may come a little out of order; one that is more than a gap behind the newest is left out. */
  add(stampMs: number): void
  /** So far, in order; a copy. */
  segments(): Segment[]
  /** Longer pauses than this one end a segment, ms. Grows when there are too many of them. */
  gapMs(): number
}

const MAX_SEGMENTS = 5000

/** Neighbours with a pause of at most `gapMs` as one; in order of their beginning. */
function joined(segments: readonly Segment[], gapMs: number): Segment[] {
  const result: Segment[] = []
  for (const segment of segments) {
    const last = result.at(-1)
    if (!last || segment.fromMs - last.toMs > gapMs) result.push({ ...segment })
    else {
      last.toMs = Math.max(last.toMs, segment.toMs)
      last.packets += segment.packets
    }
  }
  return result
}

/**
 * Segments of one stream of packets as they come: memory by the number of pauses, not of packets. With more than
 * `maxSegments` of them only pauses of twice the length count, and so on.
 */
export function segmentWatcher(gapMs: number, maxSegments = MAX_SEGMENTS): SegmentWatcher {
  let segments: Segment[] = []
  let threshold = gapMs
  return {
    add(stampMs) {
      const last = segments.at(-1)
      if (last && stampMs < last.toMs - threshold) return
      if (last && stampMs - last.toMs <= threshold) {
        last.toMs = Math.max(last.toMs, stampMs)
        last.fromMs = Math.min(last.fromMs, stampMs)
        last.packets++
        return
      }
      segments.push({ fromMs: stampMs, toMs: stampMs, packets: 1 })
      while (segments.length > maxSegments) {
        threshold *= 2
        segments = joined(segments, threshold)
      }
    },
    segments: () => segments.map((segment) => ({ ...segment })),
    gapMs: () => threshold,
  }
}

/** All streams together: traffic is where any of them has some. */
export const unionOf = (streams: readonly (readonly Segment[])[], gapMs: number): Segment[] =>
  joined(
    streams.flat().sort((a, b) => a.fromMs - b.fromMs),
    gapMs,
  )

/**
 * Pauses longer than `gapMs` inside a window. What was before the window's first packet is none of them; what is after the
 * last one is open.
 */
export function gapsIn(
  segments: readonly Segment[],
  gapMs: number,
  window: { fromMs: number; toMs: number },
): TrafficGap[] {
  return segments.flatMap((segment, index): TrafficGap[] => {
    const next = segments[index + 1]
    const isOpen = !next || next.fromMs > window.toMs
    // What begins right before the end is none yet: it belongs to whatever comes then.
    const toMs = Math.min(next?.fromMs ?? window.toMs, window.toMs)
    const pauseMs = (next?.fromMs ?? Number.POSITIVE_INFINITY) - segment.toMs
    const gap = { fromMs: segment.toMs, toMs, isOpen, pauseMs }
    return gap.toMs - gap.fromMs > gapMs && gap.toMs >= window.fromMs ? [gap] : []
  })
}
