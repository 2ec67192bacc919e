/*
 * What changes by itself in a healthy lab, and is therefore never in a snapshot. In one place, to be seen whole.
 * Never read at all: counters, ages, DHCP timers, interface indexes, failover counts.
 */

/** Instance config keys that the container tool rewrites on every start; a NIC's MAC is not one of them. */
export const isVolatileConfig = (key: string): boolean => key.startsWith('volatile.') && !key.endsWith('.hwaddr')

/** Configuration lines with a date or a user in them ("## Last changed: …"). */
export const isVolatileConfigLine = (line: string): boolean => /^\s*##/.test(line)

/** Addresses that the kernel makes up: link-local and temporary IPv6. */
export const isVolatileAddress = (address: { scope?: string; temporary?: boolean }): boolean =>
  address.scope === 'link' || address.temporary === true

/** Processes of the app itself that come and go: what it looks and calibrates with, ends others and keeps its lease with. */
export const isVolatileTag = (tag: string): boolean =>
  tag === 'cleanup' || tag.startsWith('observe/') || /\/(preflight|snapshot|lease|calibration-[^/]*)$/.test(tag)
