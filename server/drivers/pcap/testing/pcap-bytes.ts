/** For tests: pcap streams, written here and not by the code that reads them. */
export type WrittenPacket = { stampMs: number; wire: number; data: Uint8Array }

export type Writing = { littleEndian?: boolean; nanoseconds?: boolean; linkType?: number; snaplen?: number }

export function pcapBytes(packets: readonly WrittenPacket[], options: Writing = {}): Buffer {
  const { littleEndian = true, nanoseconds = false, linkType = 1, snaplen = 96 } = options
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    if (littleEndian) bytes.writeUInt32LE(value)
    else bytes.writeUInt32BE(value)
    return bytes
  }
  const version = littleEndian ? Buffer.from([2, 0, 4, 0]) : Buffer.from([0, 2, 0, 4])
  const header = [u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), version, u32(0), u32(0), u32(snaplen), u32(linkType)]
  const records = packets.flatMap(({ stampMs, wire, data }) => {
    const seconds = Math.floor(stampMs / 1000)
    const fraction = Math.round((stampMs - seconds * 1000) * (nanoseconds ? 1e6 : 1e3))
    const kept = data.subarray(0, snaplen)
    return [u32(seconds), u32(fraction), u32(kept.length), u32(wire), kept]
  })
  return Buffer.concat([...header, ...records])
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** 20 bytes of IPv4 from 10.0.60.102 to 192.168.100.2, then 4 of ports 40000 and 8001. */
const IP_AND_PORTS = (protocol: string, fragment = '4000') =>
  hex(`45000054 0000 ${fragment} 40 ${protocol} 0000 0a003c66 c0a86402 9c40 1f41`)

export const FRAMES = {
  ethernetUdp: Buffer.concat([hex('bc24110a0101 bc24110a0102 0800'), IP_AND_PORTS('11')]),
  taggedTcp: Buffer.concat([hex('bc24110a0101 bc24110a0102 88a8 0064 8100 0032 0800'), IP_AND_PORTS('06')]),
  fragment: Buffer.concat([hex('bc24110a0101 bc24110a0102 0800'), IP_AND_PORTS('11', '2005')]),
  arp: hex('ffffffffffff bc24110a0102 0806 0001'),
  cookedOut: Buffer.concat([hex('0004 0001 0006 bc24110a0102 0000 0800'), IP_AND_PORTS('11')]),
  cooked2In: Buffer.concat([hex('0800 0000 00000007 0001 00 06 bc24110a01020000'), IP_AND_PORTS('11')]),
}
