import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../harness'
import { numbersIn } from '../reference/udp-stream'
import { bytesOf, inside, type Link } from './lab-eyes'

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

/** A capture on a NIC of the PVE host by our own tcpdump; ends with what it saw. */
async function capture(nic: string, direction: 'in' | 'out'): Promise<() => Promise<Set<number>>> {
  const file = `/run/${nic}-${direction}.pcap`
  const tcpdump = `tcpdump -n -U --immediate-mode -s 64 -B 4096 -Q ${direction} -i ${nic} -w ${file} udp and dst port ${PORT}`
  await inside('pve', 'sh', '-c', `setsid ${tcpdump} </dev/null >${file}.log 2>&1 &`)
  await until(`${nic} listens`, async () => (await inside('pve', 'cat', `${file}.log`)).includes('listening on'))
  return async () => {
    await inside('pve', 'pkill', '-TERM', '-f', `^tcpdump .*${file}`)
    await until('it has ended', async () => (await inside('pve', 'cat', `${file}.log`)).includes('captured'))
    return numbersIn(await bytesOf('pve', 'cat', file))
  }
}

/** So many datagrams one way through a link, captured before and behind its WANulator. */
export async function lossOn(link: Link, towards: 'isp' | 'router', count: number) {
  const [from, address, first, second] =
    towards === 'isp'
      ? (['router', link.far, link.inside, link.outside] as const)
      : (['far', link.router, link.outside, link.inside] as const)
  const [came, left] = await Promise.all([capture(first, 'in'), capture(second, 'out')])
  await inside(from, 'python3', '-c', SENDER, address, String(count))
  await sleep(700)
  const [before, behind] = await Promise.all([came(), left()])
  return { sent: before.size, lost: [...before].filter((number) => !behind.has(number)).length }
}
