import { AppError } from '../../errors'

/** One captured packet. `data` is a view that the next one overwrites. */
export type PcapPacket = {
  /** Epoch ms on the capture host's clock, with fractions. */
  stampMs: number
  /** Length on the wire, bytes. */
  bytes: number
  /** What was kept of it (snaplen), from its first byte on. */
  data: Uint8Array
}

export type PcapHeader = {
  /** Link type of the frames (LINK_TYPES). */
  linkType: number
  snaplen: number
  isNanoseconds: boolean
}

export type PcapReader = {
  /** Takes bytes as they come. Throws `command-failed` once they are no pcap. */
  write(chunk: Uint8Array): void
  /** null before the first 24 bytes. */
  header(): PcapHeader | null
  packets(): number
  /** Bytes up to the end of the last whole packet: a file cut there is in order. */
  wholeBytes(): number
  /** Bytes that wait for the rest of their packet. */
  pendingBytes(): number
}

const GLOBAL_HEADER = 24
const RECORD_HEADER = 16
/** Of libpcap (MAXIMUM_SNAPLEN): a longer record is no record. */
const MAX_CAPTURED = 262_144
const MAX_WIRE = 16 * 1024 * 1024

/** Magic as a little-endian reader finds it. */
const MAGIC = new Map([
  [0xa1b2c3d4, { littleEndian: true, isNanoseconds: false }],
  [0xd4c3b2a1, { littleEndian: false, isNanoseconds: false }],
  [0xa1b23c4d, { littleEndian: true, isNanoseconds: true }],
  [0x4d3cb2a1, { littleEndian: false, isNanoseconds: true }],
])

const noPcap = (why: string): AppError =>
  new AppError('command-failed', `the capture is not readable: ${why}`, {
    hint: 'tcpdump must write to "-" and its messages to stderr; look at the raw output of the capture.',
  })

/**
 * Reads a pcap stream (as of `tcpdump -w -`; both byte orders, µs and ns) packet by packet. Holds at most one incomplete
 * packet, so its memory does not grow. Format: draft-ietf-opsawg-pcap.
 */
export function pcapReader(onPacket: (packet: PcapPacket, header: PcapHeader) => void): PcapReader {
  let pending: Uint8Array = new Uint8Array(0)
  let header: PcapHeader | null = null
  let littleEndian = true
  let packets = 0
  let wholeBytes = 0

  const readHeader = (view: DataView): PcapHeader => {
    const magic = MAGIC.get(view.getUint32(0, true))
    if (!magic) throw noPcap('it does not begin as a pcap does')
    littleEndian = magic.littleEndian
    const snaplen = view.getUint32(16, littleEndian)
    // the upper bits tell of the frame check sequence
    const linkType = view.getUint32(20, littleEndian) & 0xffff
    return { linkType, snaplen, isNanoseconds: magic.isNanoseconds }
  }

  /** Handles what is whole in `bytes`; the offset of the rest. */
  const consume = (bytes: Uint8Array): number => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    if (!header) {
      if (bytes.length < GLOBAL_HEADER) return 0
      header = readHeader(view)
      at = GLOBAL_HEADER
    }
    while (bytes.length - at >= RECORD_HEADER) {
      const captured = view.getUint32(at + 8, littleEndian)
      const wire = view.getUint32(at + 12, littleEndian)
      if (captured > MAX_CAPTURED || wire > MAX_WIRE || wire < captured)
        throw noPcap(`packet ${packets + 1} cannot be so long`)
      const end = at + RECORD_HEADER + captured
      if (bytes.length < end) break
      const seconds = view.getUint32(at, littleEndian)
      const fraction = view.getUint32(at + 4, littleEndian)
      const stampMs = seconds * 1000 + fraction / (header.isNanoseconds ? 1e6 : 1e3)
      packets++
      onPacket({ stampMs, bytes: wire, data: bytes.subarray(at + RECORD_HEADER, end) }, header)
      at = end
    }
    return at
  }

  return {
    write(chunk) {
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const used = consume(bytes)
      wholeBytes += used
      // a copy: a view would keep the whole chunk, and the transport may use its memory again
      pending = used < bytes.length ? Uint8Array.from(bytes.subarray(used)) : new Uint8Array(0)
    },
    header: () => header,
    packets: () => packets,
    wholeBytes: () => wholeBytes,
    pendingBytes: () => pending.length,
  }
}
