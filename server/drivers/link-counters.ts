import { z } from 'zod'
import type { LinkCounters } from '../domain/load'

/** Counters of all interfaces. */
export const linkCountersArgv = (): string[] => ['ip', '-s', '-j', 'link', 'show']

const count = z.number().int().nonnegative()
const direction = z.object({ packets: count, errors: count, dropped: count })
const StatsSchema = z.object({ rx: direction, tx: direction })
const LinkSchema = z.object({ ifname: z.string(), stats64: StatsSchema })

/** Output of `linkCountersArgv`; interfaces without counters are left out. null when it is not that. Never throws. */
export const parseLinkCounters = (text: string): LinkCounters[] | null =>
  listIn(text, LinkSchema)?.map(countersOf) ?? null

/** The items of a JSON list that are what they should be; null when it is no list. */
function listIn<T>(text: string, schema: z.ZodType<T>): T[] | null {
  try {
    return z
      .array(z.unknown())
      .parse(JSON.parse(text))
      .map((item) => schema.safeParse(item))
      .flatMap(({ data }) => (data ? [data] : []))
  } catch {
    return null
  }
}

const BytesSchema = z.object({
  ifname: z.string(),
  stats64: z.object({ rx: z.object({ bytes: count }), tx: z.object({ bytes: count }) }),
})

/** Bytes that an interface has taken in and sent since it came up. */
export type LinkBytes = { name: string; rxBytes: number; txBytes: number }

/** The same output as bytes per interface. Never throws. */
export function parseLinkBytes(text: string): LinkBytes[] | null {
  return (
    listIn(text, BytesSchema)?.map(({ ifname: name, stats64: { rx, tx } }) => ({
      ...{ name, rxBytes: rx.bytes, txBytes: tx.bytes },
    })) ?? null
  )
}

const countersOf = ({ ifname: name, stats64: { rx, tx } }: z.infer<typeof LinkSchema>): LinkCounters => ({
  name,
  rxPackets: rx.packets,
  txPackets: tx.packets,
  rxDropped: rx.dropped,
  txDropped: tx.dropped,
  rxErrors: rx.errors,
  txErrors: tx.errors,
})
