import { z } from 'zod'
import { IntervalSchema, PlaceSchema } from './ids'

/** One direction of one NIC of the PVE host, as that host sees it. */
export const NicCaptureSchema = z.object({ nic: z.string(), direction: z.enum(['in', 'out']) })
export type NicCapture = z.infer<typeof NicCaptureSchema>

/** By what the router's side of the links shows. */
export const LINK_DIRECTIONS = [
  { direction: 'in', title: 'to the ISPs' },
  { direction: 'out', title: 'to the router' },
] as const

/** "enp2s0f2 in": names a capture in evidence. */
export const captureName = ({ nic, direction }: NicCapture): string => `${nic} ${direction}`

/**
 * What packets are taken for: `idle`, nobody sends but the router; `loaded`, the traffic runs and nothing is wrong;
 * `judged`, the traffic is told from the rest by what the two others showed.
 */
export const CapturePhaseSchema = z.enum(['idle', 'loaded', 'judged'])
export type CapturePhase = z.infer<typeof CapturePhaseSchema>

/** HTTP requests of many users from an edge node, by locust. */
export const HttpLoadSchema = z.object({
  from: PlaceSchema,
  /** Without a slash at the end; users are spread over them. */
  urls: z.array(z.string()).min(1),
  users: z.number(),
  spawnPerS: z.number(),
  durationS: z.number(),
})
export type HttpLoad = z.infer<typeof HttpLoadSchema>

const SegmentSchema = z.object({ fromMs: z.number(), toMs: z.number(), packets: z.number() })

/** What one capture showed, on the PVE host's clock; the traffic apart from the router's own packets. */
export const CapturedNicSchema = z.object({
  nic: z.string(),
  direction: z.enum(['in', 'out']),
  packets: z.number(),
  bytes: z.number(),
  /** null: the traffic could not be told from the rest, so every packet counts. */
  traffic: z
    .object({ lengths: z.array(z.number()), ratePerS: z.number(), noisePerS: z.number(), isByRate: z.boolean() })
    .nullable(),
  segments: z.array(SegmentSchema),
  bins: z.object({ originMs: z.number(), binMs: z.number(), bins: z.array(z.number()) }),
  edgeMs: z.number(),
  gapMs: z.number(),
  /** Stamps that ran backwards: somebody set the clock. */
  backwards: z.number(),
  /** As tcpdump counted; null where it did not say. */
  dropped: z.number().nullable(),
  /** Why it ended before it was asked to. */
  error: z.string().nullable(),
  /** Name of the pcap to download; null: none was kept. `isCut`: the file ends at its size cap. */
  file: z.object({ name: z.string(), bytes: z.number(), isCut: z.boolean() }).nullable(),
})
export type CapturedNic = z.infer<typeof CapturedNicSchema>

/** Which path carried the traffic, for as long as that did not change: a link's id, SHARED, or null: there was none. */
export const PathUseSchema = z.object({ path: z.string().nullable(), fromMs: z.number(), toMs: z.number() })
export type PathUse = z.infer<typeof PathUseSchema>

/** No path had most of it. */
export const SHARED = 'shared'
/** A path is in use when it carries so much of all. */
const MOST = 0.6

/** The path that carries most of some packets of the traffic; SHARED: none does; null: there are none. */
export function mostUsed(packets: ReadonlyMap<string, number>): PathUse['path'] {
  const all = [...packets.values()].reduce((sum, count) => sum + count, 0)
  if (all === 0) return null
  return [...packets].find(([, count]) => count >= MOST * all)?.[0] ?? SHARED
}

/** A pause of the traffic over all links together, in one direction as the router's side shows it. */
export const LinksGapSchema = z.object({
  direction: z.enum(['in', 'out']),
  fromMs: z.number(),
  toMs: z.number(),
  /** Bounds of its true length; no upper one: nobody saw it end. */
  lowerMs: z.number(),
  upperMs: z.number().nullable(),
})
export type LinksGap = z.infer<typeof LinksGapSchema>

/** How long each path was in use between two changes of the links; `title` is the change at its beginning. */
export const PathStretchSchema = IntervalSchema.extend({
  title: z.string(),
  used: z.array(z.object({ path: z.string().nullable(), ms: z.number() })),
})
export type PathStretch = z.infer<typeof PathStretchSchema>

/** What the captures of a WAN run show together; instants on the capture host's clock (`clock`). */
export const WanReportSchema = z.object({
  clock: z.string(),
  /** Why nothing is told from the captures; empty when nothing stands in the way. */
  doubts: z.array(z.string()),
  /** By bins of so many ms. */
  paths: z.array(PathUseSchema),
  binMs: z.number(),
  /** Shorter pauses are no gaps. */
  gapMs: z.number(),
  /** Between two packets of the traffic, 99th percentile; null when none was seen. */
  spacingMs: z.number().nullable(),
  /** Where the longest pause after a failure had not ended when the next change was made: at least so long. */
  openMs: z.number().nullable(),
  gaps: z.array(LinksGapSchema),
  stretches: z.array(PathStretchSchema),
  /**
   * While links were degraded: changes of the path; how many a minute beside the one that leaves the link, null where
   * several were degraded.
   */
  oscillation: z
    .object({
      changes: z.number(),
      perMinute: z.object({ least: z.number(), most: z.number() }).nullable(),
      periodMs: z.number().nullable(),
    })
    .nullable(),
})
export type WanReport = z.infer<typeof WanReportSchema>

export const WanCapturedSchema = z.object({
  /** Between two packets of the traffic, ms: 99th percentile of the loaded time; null when none was seen. */
  spacingMs: z.number().nullable(),
  /** When the traffic ended, PVE host's clock. */
  endMs: z.number(),
  nics: z.array(CapturedNicSchema),
})
export type WanCaptured = z.infer<typeof WanCapturedSchema>

/** What is shown of a capture: its packets are in the report. */
export const CaptureViewSchema = CapturedNicSchema.omit({ segments: true, bins: true }).extend({
  /** Stretches of the traffic on this NIC alone; one less are the pauses between them. */
  segments: z.number(),
})
export type CaptureView = z.infer<typeof CaptureViewSchema>

/** The captures without what only the judge reads. */
export const captureViews = ({ nics }: WanCaptured): CaptureView[] =>
  nics.map(({ bins: _, segments, ...shown }) => ({ ...shown, segments: segments.length }))
