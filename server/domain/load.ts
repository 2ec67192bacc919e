import { z } from 'zod'
import { PlaceSchema } from './ids'

/** The loads of TC-8, by the name of their sample stream ("traffic:load"). */
export const LOADS = { load: 'Load', 'load-alone': 'Load without the secondary' } as const
export type LoadId = keyof typeof LOADS

export const CongestionSchema = z.enum(['bbr', 'cubic', 'reno'])

/** An iperf3 client that sends as fast as it can, or each stream at `streamBitPerS` when that is not 0. */
export const LoadSchema = z.object({
  id: z.enum(Object.keys(LOADS) as [LoadId, ...LoadId[]]),
  title: z.string(),
  from: PlaceSchema,
  server: z.string(),
  port: z.number(),
  direction: z.enum(['upload', 'download']),
  parallel: z.number(),
  congestion: CongestionSchema,
  streamBitPerS: z.number().default(0),
  durationS: z.number(),
})
export type Load = z.infer<typeof LoadSchema>

/** Counters of one interface since it came up. */
export const LinkCountersSchema = z.object({
  name: z.string(),
  rxPackets: z.number(),
  txPackets: z.number(),
  rxDropped: z.number(),
  txDropped: z.number(),
  rxErrors: z.number(),
  txErrors: z.number(),
})
export type LinkCounters = z.infer<typeof LinkCountersSchema>

/** Who sends the load, and the algorithm that its kernel has to know. */
export const CongestionNeedSchema = z.object({ at: PlaceSchema, algorithm: CongestionSchema })
export type CongestionNeed = z.infer<typeof CongestionNeedSchema>
