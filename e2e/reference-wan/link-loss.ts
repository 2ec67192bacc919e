import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { median } from 'simple-statistics'
import { until } from '../harness'
import { stampsIn } from '../reference/udp-stream'
import { GOOD, LINKS, type Link, lookInto } from './lab-eyes'
import type { RealWan } from './real-wan'

const PORT = 9109
/** Numbered datagrams, one a millisecond. */
const SENDER = `
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
start = time.monotonic()
for n in range(int(sys.argv[2])):
    time.sleep(max(0, start + n / 1000 - time.monotonic()))
    s.sendto(struct.pack('!I', n), (sys.argv[1], ${PORT}))
`

/** A capture on a NIC of the PVE host by our own tcpdump; ends with what it saw and when. */
async function capture(
  lab: RealWan,
  nic: string,
  direction: 'in' | 'out',
): Promise<() => Promise<Map<number, number>>> {
  const file = `/run/${nic}-${direction}.pcap`
  const said = () => lab.inside('pve', 'cat', `${file}.log`)
  const tcpdump = `tcpdump -n -U --immediate-mode -s 64 -B 4096 -Q ${direction} -i ${nic} -w ${file} udp and dst port ${PORT}`
  await lab.inside('pve', 'sh', '-c', `setsid ${tcpdump} </dev/null >${file}.log 2>&1 &`)
  await until(`${nic} listens`, async () => (await said()).includes('listening on'))
  return async () => {
    await lab.inside('pve', 'pkill', '-TERM', '-f', `^tcpdump .*${file}`)
    await until('it has ended', async () => (await said()).includes('captured'))
    return stampsIn(await lab.bytesOf('pve', 'cat', file))
  }
}

/** So many datagrams one way through a link, captured before and behind its WANulator. `delayMs`: median of those that came. */
export async function lossOn(lab: RealWan, link: Link, towards: 'isp' | 'router', count: number) {
  const [from, address, first, second] =
    towards === 'isp'
      ? (['router', link.far, link.inside, link.outside] as const)
      : (['far', link.router, link.outside, link.inside] as const)
  const [came, left] = await Promise.all([capture(lab, first, 'in'), capture(lab, second, 'out')])
  await lab.inside(from, 'python3', '-c', SENDER, address, String(count))
  await sleep(700)
  const [before, behind] = await Promise.all([came(), left()])
  const trips = [...before].flatMap(([number, atMs]) => {
    const leftMs = behind.get(number)
    return leftMs === undefined ? [] : [leftMs - atMs]
  })
  const delayMs = trips.length === 0 ? Number.POSITIVE_INFINITY : median(trips)
  return { sent: before.size, lost: before.size - trips.length, delayMs }
}

const PROBES = 500
/** A packet goes through one process. */
const LATE_MS = 5

/** Where a link does not read good by its WANulator's kernel and file, or does not measure good each way; empty when all do. */
export async function badLinks(lab: RealWan): Promise<string[]> {
  const found = LINKS.map(async (link) => {
    const reading = await lookInto(lab, link.vm)
    const wrong = isDeepStrictEqual(reading, { vm: link.vm, ...GOOD }) ? [] : [JSON.stringify(reading)]
    for (const towards of ['isp', 'router'] as const) {
      const { sent, lost, delayMs } = await lossOn(lab, link, towards, PROBES)
      if (sent !== PROBES || lost > 0 || delayMs > LATE_MS)
        wrong.push(`${link.id} to ${towards}: ${lost} of ${sent} lost, ${delayMs.toFixed(2)} ms`)
    }
    return wrong
  })
  return (await Promise.all(found)).flat()
}
