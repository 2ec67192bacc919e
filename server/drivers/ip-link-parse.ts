import { z } from 'zod'

const text = z.string().catch('')

/** A row of a physical function's VF table; iproute2 up to 5.2 calls the address "mac". What is not told is null. */
const VfRowSchema = z
  .object({
    vf: z.int(),
    address: text.optional(),
    mac: text.optional(),
    spoofchk: z.boolean().nullish().catch(null),
    trust: z.boolean().nullish().catch(null),
    link_state: text.optional(),
  })
  .transform(({ vf, address, mac, spoofchk, trust, link_state }) => ({
    index: vf,
    mac: (address ?? mac ?? '').toLowerCase() || null,
    spoofCheck: spoofchk ?? null,
    trust: trust ?? null,
    linkState: link_state || null,
  }))
export type VfRow = z.infer<typeof VfRowSchema>

const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((one) => {
        const parsed = item.safeParse(one)
        return parsed.success ? [parsed.data] : []
      }),
    )

const LinkRowSchema = z
  .object({
    ifname: z.string().min(1),
    address: text.optional(),
    permaddr: text.optional(),
    altnames: listOf(z.string()).optional(),
    master: text.optional(),
    parentdev: text.optional(),
    link_type: text.optional(),
    vfinfo_list: listOf(VfRowSchema).optional(),
  })
  .transform((row) => ({
    name: row.ifname,
    mac: (row.address ?? '').toLowerCase() || null,
    /** The one that it was made with, where that is not the one in use. */
    permanentMac: (row.permaddr ?? '').toLowerCase() || null,
    otherNames: row.altnames ?? [],
    /** Bridge or bond that it is a port of. */
    master: row.master || null,
    /** Bus address ("0000:06:00.0"). */
    parent: row.parentdev || null,
    isLoopback: row.link_type === 'loopback',
    vfs: row.vfinfo_list ?? [],
  }))
export type LinkRow = z.infer<typeof LinkRowSchema>

const RowsSchema = listOf(LinkRowSchema)

/** Output of `ip -j link` or `ip -d -j link`; rows that are none are left out. null when it is no list at all. */
export function parseLinkRows(output: string): LinkRow[] | null {
  try {
    const data: unknown = JSON.parse(output)
    return Array.isArray(data) ? RowsSchema.parse(data) : null
  } catch {
    return null
  }
}

/** "enp9s0f0" of bus address "0000:09:00.0", as systemd's path names go; the function only where the name has one. */
export function isNameOfBus(name: string, bus: string): boolean | null {
  const [, nameBus, slot, of] = /^en(?:P\d+)?p(\d+)s(\d+)(?:f(\d+))?/.exec(name) ?? []
  const [, hexBus, hexSlot, hexOf] = /^[0-9a-f]{4,8}:([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i.exec(bus) ?? []
  if (nameBus === undefined || hexBus === undefined) return null
  const isSame = (decimal: string | undefined, hex: string | undefined) =>
    Number(decimal) === Number.parseInt(hex ?? '', 16)
  return isSame(nameBus, hexBus) && isSame(slot, hexSlot) && (of === undefined || isSame(of, hexOf))
}
