import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

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

/**
 * A 1 ms UDP stream from the LAN host across the cluster, captured on the WAN host: a source of its own, past the product
 * (no SSH, no ping, not its capture), to hold the product's interval against.
 */
export class UdpStream {
  readonly #stampsMs: number[] = []
  #sender: ChildProcess | null = null
  #capture: ChildProcess | null = null

  async start(seconds: number): Promise<void> {
    const filter = ['udp', 'and', 'dst', 'port', String(PORT)]
    this.#capture = spawn(
      INCUS,
      ['exec', 'wan-host', '--', 'tcpdump', '-l', '-n', '-tt', '-B', '4096', '-i', 'eth0', ...filter],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const { stdout, stderr } = this.#capture
    if (!stdout || !stderr) throw new Error('no pipes')
    createInterface({ input: stdout }).on('line', (line) => {
      const stamp = /^(\d+\.\d{6}) IP /.exec(line)?.[1]
      if (stamp) this.#stampsMs.push(Number(stamp) * 1000)
    })
    await once(stderr, 'data')
    this.#sender = spawn(
      INCUS,
      ['exec', 'cluster-lan-host', '--', 'python3', '-c', SENDER, '8.8.8.8', String(seconds * 1000)],
      {
        stdio: 'ignore',
      },
    )
    while (this.#stampsMs.length < 500) {
      if (this.#sender.exitCode !== null || this.#capture.exitCode !== null)
        throw new Error('the UDP stream ended by itself')
      await sleep(50)
    }
  }

  async stop(): Promise<void> {
    for (const [place, pattern] of [
      ['cluster-lan-host', 'SOCK_DGRAM'],
      ['wan-host', `dst port ${PORT}`],
    ] as const)
      await once(spawn(INCUS, ['exec', place, '--', 'pkill', '-f', pattern], { stdio: 'ignore' }), 'exit')
    await sleep(200)
    this.#sender?.kill()
    this.#capture?.kill()
  }

  get count(): number {
    return this.#stampsMs.length
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
