import { z } from 'zod'
import { PlaceSchema } from './ids'

/** One direction of one NIC of the PVE host, as that host sees it. */
export const NicCaptureSchema = z.object({ nic: z.string(), direction: z.enum(['in', 'out']) })
export type NicCapture = z.infer<typeof NicCaptureSchema>

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

export const WanCapturedSchema = z.object({
  /** Between two packets of the traffic, ms: 99th percentile of the loaded time; null when none was seen. */
  spacingMs: z.number().nullable(),
  /** When the traffic ended, PVE host's clock. */
  endMs: z.number(),
  nics: z.array(CapturedNicSchema),
})
export type WanCaptured = z.infer<typeof WanCapturedSchema>
