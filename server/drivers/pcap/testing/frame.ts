/** Link types that a frame can be read of (tcpdump.org/linktypes.html). */
export const LINK_TYPES = { ethernet: 1, cooked: 113, cooked2: 276 } as const

export type FrameDirection = 'in' | 'out'

/** What the first bytes of a frame tell. */
export type Frame = {
  /** Of the capturing host; null where the link type does not carry it (Ethernet). */
  direction: FrameDirection | null
  /** Kernel's number of the interface; with `-i any` in the second cooked form only. */
  interfaceIndex: number | null
  /** After any VLAN tags. */
  etherType: number
  /** The outer one. */
  vlan: number | null
  /** null: no IPv4, or cut off before its end. */
  ipv4: {
    source: number
    target: number
    protocol: number
    sourcePort: number | null
    targetPort: number | null
  } | null
}

const IPV4 = 0x0800
const VLAN_TYPES = [0x8100, 0x88a8]
const PROTOCOLS_WITH_PORTS = [6, 17]
/** `sll_pkttype`: 4 is what this host sent, all others came in. */
const OUTGOING = 4

type Start = Pick<Frame, 'direction' | 'interfaceIndex'> & { typeAt: number }

function startOf(linkType: number, view: DataView): Start | null {
  const length = view.byteLength
  if (linkType === LINK_TYPES.ethernet && length >= 14) return { direction: null, interfaceIndex: null, typeAt: 12 }
  if (linkType === LINK_TYPES.cooked && length >= 16)
    return { direction: view.getUint16(0) === OUTGOING ? 'out' : 'in', interfaceIndex: null, typeAt: 14 }
  if (linkType !== LINK_TYPES.cooked2 || length < 20) return null
  return { direction: view.getUint8(10) === OUTGOING ? 'out' : 'in', interfaceIndex: view.getUint32(4), typeAt: 0 }
}

/** Offset of the bytes behind the EtherType at `typeAt`; the second cooked form has a header of its own between. */
const payloadAt = (linkType: number, typeAt: number): number => (linkType === LINK_TYPES.cooked2 ? 20 : typeAt + 2)

function ipv4At(view: DataView, at: number): Frame['ipv4'] {
  if (view.byteLength < at + 20 || view.getUint8(at) >> 4 !== 4) return null
  const headerBytes = (view.getUint8(at) & 0x0f) * 4
  const protocol = view.getUint8(at + 9)
  const isFirst = (view.getUint16(at + 6) & 0x1fff) === 0
  const portsAt = at + headerBytes
  const hasPorts =
    isFirst && headerBytes >= 20 && PROTOCOLS_WITH_PORTS.includes(protocol) && view.byteLength >= portsAt + 4
  return {
    ...{ source: view.getUint32(at + 12), target: view.getUint32(at + 16), protocol },
    sourcePort: hasPorts ? view.getUint16(portsAt) : null,
    targetPort: hasPorts ? view.getUint16(portsAt + 2) : null,
  }
}

/** The headers of a frame, whose bytes may be cut off anywhere; null when its link type is not known or it is too short. */
export function readFrame(linkType: number, data: Uint8Array): Frame | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const start = startOf(linkType, view)
  if (!start) return null
  const { direction, interfaceIndex, typeAt } = start
  let etherType = view.getUint16(typeAt)
  let at = payloadAt(linkType, typeAt)
  let vlan: number | null = null
  while (VLAN_TYPES.includes(etherType) && view.byteLength >= at + 4) {
    vlan ??= view.getUint16(at) & 0x0fff
    etherType = view.getUint16(at + 2)
    at += 4
  }
  return { direction, interfaceIndex, etherType, vlan, ipv4: etherType === IPV4 ? ipv4At(view, at) : null }
}
