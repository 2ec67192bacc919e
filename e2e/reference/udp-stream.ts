import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { until } from '../harness'

const INCUS = '/var/lib/failover-lab-reference/bin/incus'
const PORT = 9109
/** One datagram a millisecond, on an absolute schedule, numbered. */
const SENDER = `
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
start = time.monotonic_ns()
for n in range(int(sys.argv[2])):
    due = start + n * 1000000
    wait = due - time.monotonic_ns()
    if wait > 0: time.sleep(wait / 1e9)
    try: s.sendto(struct.pack('!I', n), (sys.argv[1], ${PORT}))
    except OSError: pass
`

/** An outage as the far side captured it: the last datagram before and the first after, epoch ms. */
export type CapturedOutage = { fromMs: number; toMs: number; ms: number }

const CAPTURE_FILE = '/run/failover-lab-udp.txt'

const inside = (instance: string, ...argv: string[]): Promise<string> =>
  promisify(execFile)(INCUS, ['exec', instance, '--', ...argv], { maxBuffer: 64_000_000 }).then(({ stdout }) => stdout)

/** Leaves a process behind in an instance: a thousand lines a second through `incus exec` would burden what is measured. */
const leave = (instance: string, script: string, ...args: string[]): Promise<string> =>
  inside(instance, 'sh', '-c', `setsid ${script} </dev/null &`, 'sh', ...args)

/**
 * A 1 ms UDP stream from the LAN host across the cluster, captured on the WAN host: a source of its own, past the product
 * (no SSH, no ping, not its capture), to hold the product's interval against.
 */
export class UdpStream {
  #stampsMs: number[] = []

  async start(seconds: number): Promise<void> {
    await this.#end()
    const capture = `tcpdump -n -tt -B 4096 -i eth0 udp and dst port ${PORT} >${CAPTURE_FILE} 2>/dev/null`
    await leave('wan-host', capture)
    await until(
      'the capture listens',
      async () => (await inside('wan-host', 'cat', '/proc/net/packet')).split('\n').length > 2,
    )
    await leave('cluster-lan-host', 'python3 -c "$1" 8.8.8.8 "$2" >/dev/null 2>&1', SENDER, String(seconds * 1000))
    await until(
      'datagrams arrive',
      async () => (await inside('wan-host', 'wc', '-c', CAPTURE_FILE)).startsWith('0') === false,
    )
  }

  /** Ends the stream and reads what was captured. */
  async stop(): Promise<void> {
    await this.#end()
    const text = await inside('wan-host', 'cat', CAPTURE_FILE)
    this.#stampsMs = [...text.matchAll(/^(\d+\.\d{6}) IP /gm)].map((match) => Number(match[1]) * 1000)
    if (this.#stampsMs.length < 1000) throw new Error(`only ${this.#stampsMs.length} datagrams were captured`)
  }

  async #end(): Promise<void> {
    const kill = (instance: string, pattern: string) => inside(instance, 'pkill', '-INT', '-f', pattern).catch(() => '')
    await kill('cluster-lan-host', 'SOCK_DGRAM')
    await sleep(300)
    await kill('wan-host', `dst port ${PORT}`)
    await sleep(300)
  }

  /** The longest gap that was captured within [fromMs, toMs]. */
  longestGap(fromMs: number, toMs: number): CapturedOutage {
    let longest: CapturedOutage = { fromMs, toMs: fromMs, ms: 0 }
    for (let i = 1; i < this.#stampsMs.length; i++) {
      const before = this.#stampsMs[i - 1] ?? 0
      const after = this.#stampsMs[i] ?? 0
      if (after < fromMs || before > toMs) continue
      if (after - before > longest.ms) longest = { fromMs: before, toMs: after, ms: after - before }
    }
    return longest
  }
}
