/** DHCP of either direction. */
export type DhcpPacket = {
  kind: 'dhcp'
  message: 'request' | 'reply'
  source: string
  sourcePort: number
  target: string
  targetPort: number
  clientMac: string
}

/** A packet as a capture on one device sees it; `atMs` is the lab's clock. */
export type Packet = {
  atMs: number
  /** As the device sees it; left out where nobody asks. */
  direction?: 'in' | 'out'
  sourceMac: string
  targetMac: string
  length: number
} & (
  | { kind: 'arp'; operation: 'request' | 'reply'; senderIp: string; targetIp: string; targetMacInside: string | null }
  | { kind: 'icmp'; source: string; target: string; type: 'request' | 'reply'; id: number; sequence: number }
  | {
      kind: 'tcp'
      source: string
      sourcePort: number
      target: string
      targetPort: number
      flags: string
      bytes: number
    }
  | DhcpPacket
)

type Tap = (packet: Packet) => void

/** Captures, by machine and device. Nothing is built for a device nobody looks at. */
export class Taps {
  private readonly taps = new Map<string, Set<Tap>>()

  add(machine: string, device: string, tap: Tap): () => void {
    const key = `${machine} ${device}`
    const set = this.taps.get(key) ?? new Set()
    this.taps.set(key, set)
    set.add(tap)
    return () => set.delete(tap)
  }

  watched(machine: string, device: string): boolean {
    return (this.taps.get(`${machine} ${device}`)?.size ?? 0) > 0
  }

  emit(machine: string, device: string, packet: Packet): void {
    for (const tap of this.taps.get(`${machine} ${device}`) ?? []) tap(packet)
  }
}

/** A gratuitous ARP request, as keepalived sends it. */
export const gratuitousArp = (atMs: number, vip: string, mac: string): Packet => ({
  atMs,
  kind: 'arp',
  operation: 'request',
  senderIp: vip,
  targetIp: vip,
  targetMacInside: 'ff:ff:ff:ff:ff:ff',
  sourceMac: mac,
  targetMac: 'ff:ff:ff:ff:ff:ff',
  length: 46,
})
