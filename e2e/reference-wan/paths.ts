import { until } from '../harness'
import { LINKS } from './lab-eyes'
import type { RealWan } from './real-wan'

const SECOND_MS = 1000
/** Fewer pings in a second are a path's last or first. */
const ENOUGH = 5

/** Which way pings to the far side leave the router, by tcpdump on its three NICs; ends with the links in order of use. */
export async function watchPaths(lab: RealWan): Promise<() => Promise<string[]>> {
  const fileOf = (nic: string) => `/run/${nic}-pings`
  for (const { inside: nic } of LINKS) {
    const tcpdump = `tcpdump -n -tt -l -Q in -i ${nic} icmp and dst host 192.168.100.2`
    await lab.inside('pve', 'sh', '-c', `setsid ${tcpdump} </dev/null >${fileOf(nic)} 2>${fileOf(nic)}.log &`)
    await until(`${nic} listens`, async () =>
      (await lab.inside('pve', 'cat', `${fileOf(nic)}.log`)).includes('listening on'),
    )
  }
  return async () => {
    await lab.inside('pve', 'pkill', '-TERM', '-f', '^tcpdump .*icmp and dst host')
    const counts = new Map<number, Map<string, number>>()
    for (const { id, inside: nic } of LINKS) {
      for (const line of (await lab.inside('pve', 'cat', fileOf(nic))).split('\n')) {
        const second = Math.floor((Number.parseFloat(line) * 1000) / SECOND_MS)
        if (Number.isNaN(second)) continue
        const row = counts.get(second) ?? new Map<string, number>()
        counts.set(second, row.set(id, (row.get(id) ?? 0) + 1))
      }
    }
    const used: string[] = []
    for (const [, row] of [...counts].sort(([a], [b]) => a - b)) {
      const [most] = [...row].sort(([, a], [, b]) => b - a)
      if (most && most[1] >= ENOUGH && used.at(-1) !== most[0]) used.push(most[0])
    }
    return used
  }
}
