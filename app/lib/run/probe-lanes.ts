import type { LossSpan, Point, ProbeLane, Series } from '@/app/components/timeline/model'
import { duration } from '@/app/lib/format'
import type { RunDetail } from '@/server/domain/detail'
import type { ProbeSummary } from '@/server/domain/run'
import type { AnyPublicLab } from '@/server/domain/views'
import { clusterLab } from '../lab/parts'
import { streamName, streamTitle } from './clocks'
import type { ProbeTrack } from './probe-track'
import type { Tracks } from './tracks'

type Offset = (stream: string) => number

/** Points of one line that are drawn at most; while it grows, half a pixel's worth is enough. */
const MOST_POINTS = 800
const MOST_LIVE_POINTS = 250

/** The report's outages where it is there, what the ticks show until then. */
export function probeLanes(
  detail: RunDetail,
  tracks: Tracks,
  lab: AnyPublicLab | null,
  offset: Offset,
  reserve: boolean,
): ProbeLane[] {
  const reported = new Map(detail.report?.probes.map((p) => [p.stream, p]))
  const expected = reserve ? expectedProbes(lab) : []
  const streams = new Set([...tracks.probes.keys(), ...reported.keys(), ...expected])
  return order([...streams], lab).map((stream) => {
    const track = tracks.probes.get(stream)
    const summary = reported.get(stream)
    const by = offset(stream)
    const first = track?.sendMs[0]
    return {
      stream,
      title: summary?.title ?? streamTitle(stream, lab),
      answered: track && first !== undefined ? { fromMs: first - by, toMs: track.newestMs - by } : null,
      losses: summary ? reportedLosses(summary, by, track) : liveLosses(track, by),
      stalls: summary?.senderStalls.map((s) => ({ fromMs: s.fromMs - by, toMs: s.toMs - by })) ?? [],
    }
  })
}

const reportedLosses = (probe: ProbeSummary, by: number, track: ProbeTrack | undefined): LossSpan[] =>
  probe.outages.map((outage) => ({
    fromMs: outage.lastGoodMs - by,
    toMs: (outage.firstGoodMs ?? track?.newestMs ?? outage.lastGoodMs + outage.lowerMs) - by,
    text: outage.ms === null ? `≥ ${duration(outage.lowerMs)}` : duration(outage.ms),
    lost: outage.lostProbes,
    open: outage.firstGoodMs === null,
  }))

const liveLosses = (track: ProbeTrack | undefined, by: number): LossSpan[] =>
  track?.losses().map(({ fromMs, toMs, lost, open }) => ({
    fromMs: fromMs - by,
    toMs: toMs - by,
    text: open ? `${((toMs - fromMs) / 1000).toFixed(1)} s …` : `≈ ${duration(toMs - fromMs)}`,
    lost,
    open,
  })) ?? []

/** RTT per probe: of `tracks`, and beside them of `whole`, so that there is a picture wherever the view is moved to. */
export function rttSeries(
  tracks: Tracks,
  whole: Tracks,
  lab: AnyPublicLab | null,
  offset: Offset,
  live: boolean,
): Series[] {
  const most = live ? MOST_LIVE_POINTS : MOST_POINTS
  return order([...tracks.probes.keys()], lab).flatMap((stream) => {
    const track = tracks.probes.get(stream)
    const rough = whole.probes.get(stream)
    if (!track) return []
    const fine = rttPoints(track, offset(stream), most)
    const beside = rough && rough !== track ? rttPoints(rough, offset(stream), most) : []
    return [{ stream, title: streamTitle(stream, lab), points: joined(beside, fine) }]
  })
}

/** `fine` where it is, `beside` before and after it. */
function joined(beside: Point[], fine: Point[]): Point[] {
  const from = fine[0]?.[0]
  const to = fine.at(-1)?.[0]
  if (from === undefined || to === undefined) return beside
  return [...beside.filter(([ms]) => ms < from), ...fine, ...beside.filter(([ms]) => ms > to)]
}

/** RTT over send time, thinned to the largest of each stretch, the line broken at every loss. */
export function rttPoints(track: ProbeTrack, by: number, most = MOST_POINTS): Point[] {
  const breaks = track.losses()
  const points: Point[] = []
  const { sendMs, rttMs } = track
  const bucket = Math.max(1, Math.ceil(sendMs.length / most))
  let nextBreak = 0
  for (let i = 0; i < sendMs.length; i += bucket) {
    const end = Math.min(i + bucket, sendMs.length)
    let top = i
    for (let j = i; j < end; j++) if ((rttMs[j] ?? 0) > (rttMs[top] ?? 0)) top = j
    const at = sendMs[top] ?? 0
    while (nextBreak < breaks.length && (breaks[nextBreak]?.toMs ?? 0) <= at) {
      points.push([(breaks[nextBreak]?.fromMs ?? at) - by, null])
      nextBreak++
    }
    points.push([at - by, rttMs[top] ?? null])
  }
  return points
}

/** The probes that a failover case starts. */
export const expectedProbes = (lab: AnyPublicLab | null): string[] => lab?.targets.map((t) => `probe:${t.id}`) ?? []

/** As the lab file lists them; what it does not know comes last. */
export function order(streams: string[], lab: AnyPublicLab | null): string[] {
  const known = [...(lab?.targets ?? []), ...(clusterLab(lab)?.traffic ?? [])].map((t) => t.id)
  const rank = (stream: string) => {
    const at = known.indexOf(streamName(stream))
    return at < 0 ? known.length : at
  }
  return streams.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}
