import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { SshPool } from '../../transport/pool'
import { failure, startTestServer, type TestServer } from '../../transport/test-server'
import { testLab } from '../test-lab'
import { captureTotals, type NicCaptureOptions, nicCaptureArgv, startNicCapture } from './capture'
import { type PcapPacket, pcapReader } from './reader'
import { readFrame } from './testing/frame'
import { FRAMES, pcapBytes, type Writing, type WrittenPacket } from './testing/pcap-bytes'

const START_MS = 1_800_000_000_000

type Read = { stampMs: number; bytes: number; data: string }
const plain = ({ stampMs, bytes, data }: PcapPacket): Read => ({
  stampMs,
  bytes,
  data: Buffer.from(data).toString('hex'),
})

/** Reads bytes in chunks of the given sizes, again and again. */
function readIn(
  bytes: Uint8Array,
  sizes: readonly number[],
): { read: Read[]; wholeBytes: number; pendingBytes: number } {
  const read: Read[] = []
  const reader = pcapReader((packet) => read.push(plain(packet)))
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    // a buffer that is used again, as a transport may do
    const chunk = Uint8Array.from(bytes.subarray(at, at + size))
    reader.write(chunk)
    chunk.fill(0xee)
    at += size
  }
  return { read, wholeBytes: reader.wholeBytes(), pendingBytes: reader.pendingBytes() }
}

const packets = fc.array(
  fc.record({
    stampMs: fc.integer({ min: 0, max: 10_000_000 }).map((us) => START_MS + us / 1000),
    more: fc.integer({ min: 0, max: 9000 }),
    data: fc.uint8Array({ maxLength: 200 }),
  }),
  { maxLength: 30 },
)
const writings = fc.record({
  littleEndian: fc.boolean(),
  nanoseconds: fc.boolean(),
  snaplen: fc.constantFrom(64, 96, 65_535),
})

describe('a pcap stream', () => {
  it('gives its packets in either byte order and precision, however it is cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(packets, writings, sizes, (list, writing: Writing, chunks) => {
        const written = list.map(
          ({ stampMs, more, data }): WrittenPacket => ({ stampMs, wire: data.length + more, data }),
        )
        const bytes = pcapBytes(written, writing)
        const { read, wholeBytes, pendingBytes } = readIn(bytes, chunks)
        expect(read.map(({ bytes: wire, data }) => [wire, data])).toEqual(
          written.map(({ wire, data }) => [wire, Buffer.from(data.subarray(0, writing.snaplen)).toString('hex')]),
        )
        for (const [index, { stampMs }] of read.entries())
          expect(Math.abs(stampMs - (written[index]?.stampMs ?? 0))).toBeLessThan(0.001)
        expect([wholeBytes, pendingBytes]).toEqual([bytes.length, 0])
      }),
    )
  })

  it('says where its last whole packet ends', () => {
    const bytes = pcapBytes([
      { stampMs: START_MS, wire: 60, data: new Uint8Array(60) },
      { stampMs: START_MS + 1, wire: 60, data: new Uint8Array(60) },
    ])
    const { read, wholeBytes, pendingBytes } = readIn(bytes.subarray(0, bytes.length - 10), [7])
    expect([read.length, wholeBytes, pendingBytes]).toEqual([1, 24 + 76, 66])
  })

  it.each([
    ['text', Buffer.from('tcpdump: something went wrong\n')],
    ['pcapng', Buffer.from('0a0d0d0a1c0000004d3c2b1a010000000000000000000000', 'hex')],
    ['a record that cannot be', Buffer.concat([pcapBytes([]), Buffer.alloc(16, 0xff)])],
    ['more kept than there was', pcapBytes([{ stampMs: START_MS, wire: 10, data: new Uint8Array(60) }])],
  ])('is refused when it is %s', (_name, bytes) => {
    expect(() => readIn(bytes, [5])).toThrowError(/the capture is not readable/)
  })
})

describe('a frame', () => {
  const flow = { source: 0x0a003c66, target: 0xc0a86402, sourcePort: 40_000, targetPort: 8001 }

  it('is read from Ethernet, with and without tags, and from the cooked forms', () => {
    expect(readFrame(1, FRAMES.ethernetUdp)).toEqual({
      ...{ direction: null, interfaceIndex: null, etherType: 0x0800, vlan: null },
      ipv4: { ...flow, protocol: 17 },
    })
    expect(readFrame(1, FRAMES.taggedTcp)).toMatchObject({ vlan: 100, ipv4: { ...flow, protocol: 6 } })
    expect(readFrame(1, FRAMES.fragment)?.ipv4).toMatchObject({ protocol: 17, sourcePort: null })
    expect(readFrame(1, FRAMES.arp)).toMatchObject({ etherType: 0x0806, ipv4: null })
    expect(readFrame(113, FRAMES.cookedOut)).toMatchObject({ direction: 'out', interfaceIndex: null, ipv4: flow })
    expect(readFrame(276, FRAMES.cooked2In)).toMatchObject({ direction: 'in', interfaceIndex: 7, ipv4: flow })
    expect(readFrame(999, FRAMES.arp)).toBeNull()
  })

  it('may be cut off anywhere, or be anything', () => {
    const anything = fc.uint8Array({ maxLength: 60 })
    fc.assert(
      fc.property(fc.constantFrom(1, 113, 276, 0), anything, (linkType, data) => void readFrame(linkType, data)),
    )
    for (const frame of Object.values(FRAMES))
      for (let length = 0; length <= frame.length; length++) readFrame(1, frame.subarray(0, length))
  })
})

const servers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of servers.splice(0)) await end()
})

async function capture(
  onExec: NonNullable<Parameters<typeof startTestServer>[0]>['onExec'],
  more: Partial<NicCaptureOptions> = {},
) {
  const server: TestServer = await startTestServer({ id: 'pve', onExec })
  const pool = new SshPool([server.host])
  servers.push(async () => {
    await pool.dispose()
    await server.stop()
  })
  const access = { pool, lab: { ...testLab(), hosts: [server.host] } }
  const options = { tag: 'test/pcap', timeoutMs: 5000, onPacket: () => {}, ...more }
  return startNicCapture(access, 'pve', { nic: 'enp2s0f2', direction: 'in' }, options)
}

describe('a capture', () => {
  it('asks for headers of one direction only', () => {
    expect(nicCaptureArgv({ nic: 'enp2s0f2', direction: 'out' }).join(' ')).toContain('-i enp2s0f2 -Q out -s 96')
  })

  it('gives packets as they come, and what tcpdump counted at its end', async () => {
    const read: Read[] = []
    let isReady = false
    let whole = 0
    const bytes = pcapBytes([{ stampMs: START_MS, wire: 1400, data: FRAMES.ethernetUdp }])
    const running = await capture(
      (_command, channel) => {
        channel.stderr.write('tcpdump: listening on enp2s0f2, link-type EN10MB (Ethernet), snapshot length 96 bytes\n')
        channel.write(bytes.subarray(0, 30))
        setTimeout(() => {
          channel.write(bytes.subarray(30))
          channel.stderr.write('1 packet captured\n1 packet received by filter\n3 packets dropped by kernel\n')
          channel.exit(0)
          channel.end()
        }, 20)
      },
      {
        onPacket: (packet) => read.push(plain(packet)),
        onReady: () => {
          isReady = true
        },
        onBytes: (_chunk, wholeBytes) => {
          whole = wholeBytes
        },
      },
    )
    expect(await running.done).toMatchObject({ captured: 1, dropped: 3 })
    expect(read).toEqual([{ stampMs: START_MS, bytes: 1400, data: FRAMES.ethernetUdp.toString('hex') }])
    expect([isReady, whole]).toEqual([true, bytes.length])
    expect(captureTotals('whatever')).toEqual({ captured: null, dropped: null })
  })

  it.each([
    ["tcpdump: enp2s0f2: You don't have permission to capture on that device\n", 'may not capture', 'setcap'],
    // Of Debian 12, and so of PVE 8 (libpcap 1.10.3).
    [
      "tcpdump: enp2s0f2: You don't have permission to perform this capture on that device\n(Attempt to create packet socket failed - CAP_NET_RAW may be required)\n",
      'may not capture',
      'setcap',
    ],
    ['tcpdump: enp2s0f2: No such device exists\n', 'no such NIC', 'wan.nics'],
    ['tcpdump: enp2s0f2: That device is not up\n', 'the NIC is down', 'ip link set'],
    ["env: 'tcpdump': No such file or directory\n", 'not installed', 'apt install'],
    ['killed\n', 'ended by itself', undefined],
  ])('says why there is none: %s', async (said, message, hint) => {
    const running = await capture((_command, channel) => {
      channel.stderr.write(said)
      channel.exit(1)
      channel.end()
    })
    const error = await failure(running.done)
    expect([error.code, error.message]).toEqual(['command-failed', expect.stringContaining(message)])
    if (hint) expect(error.hint).toContain(hint)
  })

  it('ends when what comes is no pcap', async () => {
    const running = await capture((_command, channel) => channel.write('no pcap, but words that go on for a while\n'))
    expect((await failure(running.done)).message).toContain('not readable')
  })
})
