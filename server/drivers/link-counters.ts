import { z } from 'zod'
import type { LinkCounters } from '../domain/load'

/** Counters of all interfaces. */
export const linkCountersArgv = (): string[] => ['ip', '-s', '-j', 'link', 'show']

const count = z.number().int().nonnegative()
const direction = z.object({ packets: count, errors: count, dropped: count })
const StatsSchema = z.object({ rx: direction, tx: direction })
const LinkSchema = z.object({ ifname: z.string(), stats64: StatsSchema })

/** Output of `linkCountersArgv`; interfaces without counters are left out. null when it is not that. Never throws. */
export function parseLinkCounters(text: string): LinkCounters[] | null {
  try {
    return z
      .array(z.unknown())
      .parse(JSON.parse(text))
      .map((item) => LinkSchema.safeParse(item))
      .flatMap(({ data }) => (data ? [countersOf(data)] : []))
  } catch {
    return null
  }
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
