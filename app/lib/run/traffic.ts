import type { Point, Series } from '@/app/components/timeline/model'
import { type SampleRow, SUM_SOCKET } from '@/server/domain/sample'
import type { AnyPublicLab } from '@/server/domain/views'
import { clusterLab } from '../lab/parts'
import { streamTitle } from './clocks'
import { order } from './probe-lanes'
import type { Tracks } from './tracks'

/** Mbit/s per client, from the SUM lines where there are several sockets. */
export function trafficSeries(tracks: Tracks, lab: AnyPublicLab | null, reserve: boolean): Series[] {
  const expected = reserve ? (clusterLab(lab)?.traffic.map((t) => `traffic:${t.id}`) ?? []) : []
  const found = [...tracks.rows.keys()].filter((s) => s.startsWith('traffic:'))
  return order([...new Set([...found, ...expected])], lab).map((stream) => {
    const rows = tracks.rows.get(stream)?.rows ?? []
    const summed = rows.some((row) => row[0] === SUM_SOCKET)
    return {
      stream,
      title: streamTitle(stream, lab),
      points: rows.filter((row) => !summed || row[0] === SUM_SOCKET).flatMap(point),
    }
  })
}

function point(row: SampleRow): Point[] {
  const atMs = row[6] ?? null
  const bitPerS = row[4] ?? null
  return atMs === null ? [] : [[atMs, bitPerS === null ? null : bitPerS / 1e6]]
}
