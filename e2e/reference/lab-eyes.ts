import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { until } from '../harness'

const STATE = '/var/lib/failover-lab-reference'
export const INCUS = `${STATE}/bin/incus`
const NODES = ['bpfrx-fw0', 'bpfrx-fw1']
const INSTANCES = [...NODES, 'cluster-lan-host', 'wan-host']

const inside = async (name: string, ...argv: string[]): Promise<string> =>
  promisify(execFile)(INCUS, ['exec', name, '--', ...argv]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; code?: number }) => `${error.stdout ?? ''}exit ${error.code}`,
  )

const PART = '=== part ==='
/** One call for all: each is a process that enters the container. */
const READ = [
  'ip -br address',
  'ip route',
  `pgrep -a -f '[F]AILOVER_LAB_RUN='; grep -hsz "^[F]AILOVER_LAB_RUN=" /proc/[0-9]*/environ`,
  'cat /etc/resolv.conf 2>&-',
  '[ ! -e /etc/bpfrx ] || cli -c "show chassis cluster status"',
  'cat /run/bpfrx/dnsmasq.leases 2>&-',
  'cat /etc/bpfrx/bpfrx.conf 2>&-',
].join(`; echo; echo '${PART}'; `)

/**
 * Addresses, links, routes and resolver of one instance, roles, configuration and DHCP leases of a node; read with the
 * container tool, past the product.
 */
async function lookAt(name: string) {
  const read = await inside(name, 'sh', '-c', `${READ}; exit 0`)
  const [addresses = '', routes = '', tagged, resolver, status = '', leases, configuration] = read.split(`\n${PART}\n`)
  const roles = [...status.matchAll(/^(node\d) +(\d+) +(\S+) +(\S+) +(\S+)/gm)].map((match) => match.slice(1).join(' '))
  return {
    name,
    // A device that was away comes last, with another index, and the columns are as wide as that is long.
    addresses: addresses
      .replaceAll(/ fe80:\S+|@if\d+/g, '')
      .replaceAll(/ +/g, ' ')
      .split('\n')
      .sort(),
    routes: routes.split('\n').sort(),
    tagged,
    roles,
    leases,
    resolver,
    configuration,
  }
}

const CROSSING = ['8.8.8.8', '172.16.50.1']

/** Pings from the LAN through the cluster: without an announcement neighbours keep an address for up to a minute. */
async function crosses(): Promise<boolean> {
  const ping = (address: string) => inside('cluster-lan-host', 'ping', '-n', '-c', '3', '-i', '0.2', '-W', '1', address)
  return (await Promise.all(CROSSING.map(ping))).every((text) => text.includes(' 0% packet loss'))
}

const SERVED = ['state', 'established', '( sport = :5201 or sport = :5202 )']

/** An iperf3 server serves one client, and holds the connection of one that was cut off for up to a minute and a half. */
async function areServersFree(): Promise<boolean> {
  if ((await inside('wan-host', 'ss', '-Htn', ...SERVED)) === '') return true
  const clients = await inside('cluster-lan-host', 'pgrep', '-x', 'iperf3')
  if (clients === 'exit 1') await inside('wan-host', 'ss', '-Ktn', ...SERVED)
  return false
}

/** Who is what in which group, as either node says at this moment. */
export const roles = async (): Promise<string[][]> => (await Promise.all(NODES.map(lookAt))).map((seen) => seen.roles)

/** The lab as it is, the lease directory included, once nodes see each other, traffic goes through, and no iperf3 server waits. */
export async function look(): Promise<unknown> {
  await until('both nodes see each other', async () => {
    const seen = await Promise.all(NODES.map((node) => inside(node, 'cli', '-c', 'show chassis cluster status')))
    return seen.every((text) => /^node0 /m.test(text) && /^node1 /m.test(text))
  })
  await until('traffic crosses the cluster', crosses, 90_000)
  await until('the iperf3 servers are free', areServersFree, 90_000)
  return { lease: existsSync(`${STATE}/lease`), instances: await Promise.all(INSTANCES.map(lookAt)) }
}
