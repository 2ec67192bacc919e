import type {
  ImpairedSpan,
  LossSpan,
  PathLane,
  ProbeLane,
  Series,
  Span,
  UseSpan,
} from '@/app/components/timeline/model'
import { duration } from '@/app/lib/format'
import type { RunDetail } from '@/server/domain/detail'
import { type Impairment, impairmentText, isCut, isGood } from '@/server/domain/impairment'
import type { SampleRow } from '@/server/domain/sample'
import type { AnyPublicLab } from '@/server/domain/views'
import { type WanLink, wanLinks } from '@/server/domain/wan'
import { LINK_DIRECTIONS, mostUsed, type PathUse, SHARED } from '@/server/domain/wan-run'
import { wanLab } from '../lab/parts'
import { doneMs } from './clocks'
import type { Tracks } from './tracks'
import { allLinks } from './words'

export type WanInput = {
  detail: RunDetail
  tracks: Tracks
  lab: AnyPublicLab | null
  /** Where what still goes on ends, app clock. */
  untilMs: number
  /** A run on the links that goes on: keep the room of everything that will be drawn. */
  reserve: boolean
}
export type WanModel = { paths: PathLane[]; gaps: ProbeLane[]; requests: Series[]; answers: Series[] }

/** A stretch whose path is known; the app's clock. */
type Use = PathUse

/** Rows come each second; longer without one, nothing is known. */
const LONGEST_ROW_MS = 3000

/** Whether a run is about the links of a WAN: as all are of a lab that has nothing else. */
const isOfLinks = ({ detail: { faults, captures }, tracks, lab }: WanInput): boolean =>
  (lab !== null && wanLab(lab) !== null) ||
  captures.length > 0 ||
  faults.some(({ link }) => link) ||
  [...tracks.rows.keys()].some((stream) => stream.startsWith('path:'))

/** The lanes of a run on a WAN's links; all empty for any other. */
export function wanModel(input: WanInput): WanModel {
  const { detail, tracks, lab } = input
  const links = lab?.wan && isOfLinks(input) ? wanLinks(lab.wan) : []
  if (links.length === 0) return { paths: [], gaps: [], ...requestSeries(input) }
  const live = LINK_DIRECTIONS.map(({ direction }) => liveUses(tracks, links, direction))
  const uses = reportedUses(detail) ?? live[0] ?? []
  const known = uses.length > 0 || tracks.rows.size > 0 || input.reserve || detail.faults.length > 0
  return {
    paths: known ? links.map((link) => pathLane(link, uses, impairedSpans(input, link.id))) : [],
    gaps: known ? gapLanes(detail, live) : [],
    ...requestSeries(input),
  }
}

/** How far the capture host's clock is ahead of the app's, ms. */
const captureOffset = ({ report, context }: RunDetail): number =>
  context?.clocks[report?.wan?.clock ?? '']?.offsetMs ?? 0

const shifted = <T extends Span>(span: T, byMs: number): T => ({
  ...span,
  fromMs: span.fromMs - byMs,
  toMs: span.toMs - byMs,
})

function reportedUses(detail: RunDetail): Use[] | null {
  const by = captureOffset(detail)
  const paths = detail.report?.wan?.paths
  return paths && paths.length > 0 ? paths.map((use) => shifted(use, by)) : null
}

/** What each second's rows say, as soon as the traffic is told from the rest. */
function liveUses(tracks: Tracks, links: readonly WanLink[], direction: 'in' | 'out'): Use[] {
  const streams = links.map(({ id, toRouter }) => ({
    id,
    rows: tracks.rows.get(`path:${toRouter.nic.name}.${direction}`)?.rows ?? [],
    at: 0,
  }))
  // Of a long run each stream is thinned by itself: between two of its rows it is as it was.
  const ticks = [...new Set(streams.flatMap(({ rows }) => rows.map((row) => row[0] ?? 0)))].sort((a, b) => a - b)
  const uses: Use[] = []
  for (const [i, toMs] of ticks.entries()) {
    const packets = new Map<string, number>()
    for (const stream of streams) {
      while ((stream.rows[stream.at]?.[0] ?? Number.POSITIVE_INFINITY) < toMs) stream.at++
      const traffic = rowAt(stream.rows, stream.at)?.[3] ?? null
      if (traffic !== null) packets.set(stream.id, traffic)
    }
    if (packets.size === 0) continue
    const fromMs = Math.max(ticks[i - 1] ?? toMs - 1000, toMs - LONGEST_ROW_MS)
    const path = mostUsed(packets)
    const last = uses.at(-1)
    if (last && last.path === path && last.toMs === fromMs) last.toMs = toMs
    else uses.push({ path, fromMs, toMs })
  }
  return uses
}

const rowAt = (rows: readonly SampleRow[], at: number): SampleRow | undefined => rows[Math.min(at, rows.length - 1)]

function pathLane({ id, isp, wanulator }: WanLink, uses: readonly Use[], impaired: ImpairedSpan[]): PathLane {
  const used = uses.flatMap(({ path, fromMs, toMs }): UseSpan[] =>
    path === id || path === SHARED ? [{ fromMs, toMs, isShared: path === SHARED }] : [],
  )
  return { link: id, title: isp.title, about: `${isp.title}, through ${wanulator.title}`, used, impaired }
}

/** What happens on a link, in as few words as hold what it does. */
const shortText = (impairment: Impairment): string =>
  isCut(impairment) ? 'cut' : impairmentText(impairment).replace('all dropped', 'cut')

/** From each change of a link to the next one. */
function impairedSpans({ detail, untilMs }: WanInput, link: string): ImpairedSpan[] {
  const changes = detail.faults.flatMap((fault) =>
    fault.link?.id === link ? [{ impairment: fault.link.impairment, atMs: doneMs(fault, detail.context) }] : [],
  )
  return changes.flatMap(({ impairment, atMs }, i): ImpairedSpan[] => {
    if (isGood(impairment)) return []
    const toMs = Math.max(atMs, changes[i + 1]?.atMs ?? untilMs)
    return [{ fromMs: atMs, toMs, text: shortText(impairment), isCut: isCut(impairment) }]
  })
}

/** The traffic over all links together, each way: pauses of the report, or whole seconds without a packet until then. */
function gapLanes(detail: RunDetail, live: readonly Use[][]): ProbeLane[] {
  const { wan } = detail.report ?? {}
  const by = captureOffset(detail)
  return LINK_DIRECTIONS.map(({ direction }, i): ProbeLane => {
    const uses = live[i] ?? []
    const losses = wan
      ? wan.gaps.flatMap((gap) =>
          gap.direction === direction ? [gapSpan(shifted(gap, by), gap.upperMs === null)] : [],
        )
      : uses.flatMap((use) => (use.path === null ? [gapSpan(use, use === uses.at(-1), '≈ ')] : []))
    const seen = reportedUses(detail) ?? uses
    const [first, last] = [seen.find(({ path }) => path !== null), seen.at(-1)]
    const answered = first && last && { fromMs: first.fromMs, toMs: last.toMs }
    return {
      stream: `links:${direction}`,
      title: allLinks(direction),
      answered: answered ?? null,
      losses,
      stalls: [],
    }
  })
}

const gapSpan = ({ fromMs, toMs }: Span, open: boolean, about = ''): LossSpan => ({
  ...{ fromMs, toMs, open, lost: null },
  text: `${open ? '≥ ' : about}${duration(toMs - fromMs)}`,
})

const REQUESTS = 'requests:http'
const COUNTS = [
  { column: 1, id: 'sent', title: 'sent' },
  { column: 2, id: 'failed', title: 'failed' },
]
const TIMES = [
  { column: 3, id: 'p50', title: '50 %' },
  { column: 4, id: 'p95', title: '95 %' },
  { column: 5, id: 'p99', title: '99 %' },
]

/** HTTP requests of each second, and how long answers took. */
function requestSeries({ detail, tracks, lab, reserve }: WanInput): Pick<WanModel, 'requests' | 'answers'> {
  const rows = tracks.rows.get(REQUESTS)?.rows
  if (!rows && !(reserve && detail.summary.params.http === true)) return { requests: [], answers: [] }
  const by = detail.context?.clocks[lab?.wan?.requests?.host ?? '']?.offsetMs ?? 0
  const series = (all: typeof COUNTS): Series[] =>
    all.map(({ column, id, title }) => ({
      ...{ stream: `${REQUESTS}.${id}`, title },
      points: (rows ?? []).flatMap((row) => (row[0] == null ? [] : [[row[0] - by, row[column] ?? null] as const])),
    }))
  return { requests: series(COUNTS), answers: series(TIMES) }
}
