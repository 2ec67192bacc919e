import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { until } from '../harness'

const INCUS = '/var/lib/failover-lab-reference/bin/incus'
const PORT = 9109
/** One datagram a millisecond, on an absolute schedule, numbered; each one's own send time (ns) is written at the end. */
const SENDER = `
import array, signal, socket, struct, sys, time
sent, going = array.array('Q'), True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
start = time.monotonic_ns()
while going and len(sent) < int(sys.argv[2]):
    wait = start + len(sent) * 1000000 - time.monotonic_ns()
    if wait > 0: time.sleep(wait / 1e9)
    sent.append(time.time_ns())
    try: s.sendto(struct.pack('!I', len(sent) - 1), (sys.argv[1], ${PORT}))
    except OSError: pass
with open(sys.argv[3], 'wb') as file: sent.tofile(file)
`
/** Of a send's stamp, ms. */
const STAMP_MS = 0.1

/**
 * An outage as the captured datagrams show it, epoch ms of the sender: it began after `fromMs` and was over by `toMs`. Its
 * length lies in [lowerMs, upperMs]: from the first lost to the last lost, from the last good to the first good one.
 */
export type CapturedOutage = { fromMs: number; toMs: number; lowerMs: number; upperMs: number }

const CAPTURE_FILE = '/run/failover-lab-udp.pcap'
const SENT_FILE = '/run/failover-lab-udp.sent'

const bytesOf = (instance: string, ...argv: string[]): Promise<Buffer> =>
  promisify(execFile)(INCUS, ['exec', instance, '--', ...argv], { maxBuffer: 64_000_000, encoding: 'buffer' }).then(
    ({ stdout }) => stdout,
  )

const inside = async (instance: string, ...argv: string[]): Promise<string> => String(await bytesOf(instance, ...argv))

/** The numbers of the datagrams in a capture file (pcap, Ethernet, IPv4 without options) and when they came, epoch ms. */
export function stampsIn(pcap: Buffer): Map<number, number> {
  const stamps = new Map<number, number>()
  for (let at = 24; at + 16 + 46 <= pcap.length; at += 16 + pcap.readUInt32LE(at + 8))
    stamps.set(
      pcap.readUInt32BE(at + 16 + 14 + 20 + 8),
      pcap.readUInt32LE(at) * 1000 + pcap.readUInt32LE(at + 4) / 1000,
    )
  return stamps
}

/** Leaves a process behind in an instance: a thousand lines a second through `incus exec` would burden what is measured. */
const leave = (instance: string, script: string, ...args: string[]): Promise<string> =>
  inside(instance, 'sh', '-c', `setsid ${script} </dev/null &`, 'sh', ...args)

/**
 * A 1 ms UDP stream from the LAN host across the cluster, captured on the WAN host: a source of its own, past the product
 * (no SSH, no ping, not its capture), to hold the product's interval against.
 */
export class UdpStream {
  #sentMs: number[] = []
  #received = new Map<number, number>()

  async start(seconds: number): Promise<void> {
    await this.#end()
    const capture = `tcpdump -n -U -s 64 -B 4096 -w ${CAPTURE_FILE} -i eth0 udp and dst port ${PORT} >/dev/null 2>&1`
    await leave('wan-host', capture)
    await until(
      'the capture listens',
      async () => (await inside('wan-host', 'cat', '/proc/net/packet')).split('\n').length > 2,
    )
    const count = String(seconds * 1000)
    await leave('cluster-lan-host', 'python3 -c "$1" 8.8.8.8 "$2" "$3" >/dev/null 2>&1', SENDER, count, SENT_FILE)
    await until('datagrams arrive', async () => stampsIn(await bytesOf('wan-host', 'cat', CAPTURE_FILE)).size > 0)
  }

  /** Ends the stream and reads what was captured. */
  async stop(): Promise<void> {
    await this.#end()
    this.#received = stampsIn(await bytesOf('wan-host', 'cat', CAPTURE_FILE))
    const sent = await bytesOf('cluster-lan-host', 'cat', SENT_FILE)
    this.#sentMs = Array.from({ length: sent.length / 8 }, (_, n) => Number(sent.readBigUInt64LE(n * 8)) / 1e6)
    if (this.#received.size < 1000) throw new Error(`only ${this.#received.size} datagrams were captured`)
  }

  async #end(): Promise<void> {
    // TERM: what a shell leaves in the background ignores INT
    const kill = (instance: string, pattern: string) =>
      inside(instance, 'pkill', '-TERM', '-f', pattern).catch(() => '')
    await kill('cluster-lan-host', 'SOCK_DGRAM')
    await sleep(300)
    await kill('wan-host', `dst port ${PORT}`)
    await sleep(300)
  }

  /** The longest outage among the datagrams that were sent within [fromMs, toMs]; of no length when none was lost. */
  longestOutage(fromMs: number, toMs: number): CapturedOutage {
    const longest: CapturedOutage = { fromMs, toMs: fromMs, lowerMs: 0, upperMs: 0 }
    let good = -1
    for (const [n, sentMs] of this.#sentMs.entries()) {
      if (!this.#received.has(n)) continue
      const lastGoodMs = this.#sentMs[good] ?? Number.NaN
      const upperMs = sentMs - lastGoodMs + STAMP_MS
      if (n > good + 1 && lastGoodMs <= toMs && sentMs >= fromMs && upperMs > longest.upperMs) {
        const lostMs = (this.#sentMs[n - 1] ?? 0) - (this.#sentMs[good + 1] ?? 0)
        Object.assign(longest, { fromMs: lastGoodMs, toMs: sentMs, lowerMs: Math.max(0, lostMs - STAMP_MS), upperMs })
      }
      good = n
    }
    return longest
  }
}
