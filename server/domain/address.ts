/** An IPv4 address as an unsigned 32-bit number; null when it is none. */
export function ipv4Number(text: string): number | null {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** A MAC address as a 48-bit number; null when it is none. */
export const macNumber = (text: string): number | null =>
  /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? Number.parseInt(text.replaceAll(':', ''), 16) : null

/** The 48-bit number of `macNumber` as lower-case text. */
export const macText = (mac: number): string => (mac.toString(16).padStart(12, '0').match(/../g) ?? []).join(':')

/** "10.0.60.1/24" without its prefix length. */
export const withoutPrefix = (cidr: string): string => cidr.replace(/\/\d+$/, '')
