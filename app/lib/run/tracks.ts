import { type SampleRow, streamKind } from '@/server/domain/sample'
import type { RunWindow, WindowSeries } from '@/server/domain/views'
import { ProbeTrack } from './probe-track'

/** Rows of a stream that is only drawn, by index. */
export class RowTrack {
  lastIndex = -1
  hole = false
  rows: SampleRow[] = []

  push(index: number, row: SampleRow): boolean {
    if (index <= this.lastIndex) return false
    if (index > this.lastIndex + 1) this.hole = true
    this.lastIndex = index
    this.rows.push(row)
    return true
  }

  static from(window: WindowSeries, later: Iterable<readonly [number, SampleRow]> = []): RowTrack {
    const track = new RowTrack()
    track.rows = [...window.rows]
    track.lastIndex = window.lastIndex ?? -1
    for (const [index, row] of later) track.push(index, row)
    return track
  }
}

export type Tracks = { probes: Map<string, ProbeTrack>; rows: Map<string, RowTrack> }

export const noTracks = (): Tracks => ({ probes: new Map(), rows: new Map() })

const isProbe = (stream: string) => streamKind(stream) === 'probe'

/** The track of a stream, made when it is met for the first time. */
export function trackOf(tracks: Tracks, stream: string): ProbeTrack | RowTrack {
  const found = tracks.probes.get(stream) ?? tracks.rows.get(stream)
  if (found) return found
  if (!isProbe(stream)) {
    const made = new RowTrack()
    tracks.rows.set(stream, made)
    return made
  }
  const made = new ProbeTrack()
  tracks.probes.set(stream, made)
  return made
}

/** Tracks of a stored window, with the rows that came live while it was fetched. */
export function tracksOf(
  window: RunWindow,
  later: ReadonlyMap<string, readonly (readonly [number, SampleRow])[]>,
): Tracks {
  const tracks = noTracks()
  for (const series of window.series) {
    const rows = later.get(series.stream)
    if (isProbe(series.stream)) tracks.probes.set(series.stream, ProbeTrack.from(series, rows))
    else tracks.rows.set(series.stream, RowTrack.from(series, rows))
  }
  for (const [stream, rows] of later) {
    if (tracks.probes.has(stream) || tracks.rows.has(stream)) continue
    const track = trackOf(tracks, stream)
    for (const [index, row] of rows) track.push(index, row)
  }
  return tracks
}
