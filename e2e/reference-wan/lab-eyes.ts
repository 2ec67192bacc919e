import { until } from '../harness'
import type { RealWan } from './real-wan'

export type Link = { id: string; vm: number; inside: string; outside: string; router: string; far: string }
/** The links in the order of their priority: the two NICs of the PVE host, the addresses at both ends. */
export const LINKS = [
  { id: 'starlink-1', vm: 103, inside: 'enp2s0f2', outside: 'enp2s0f3', router: '100.64.1.2', far: '100.64.1.1' },
  { id: 'starlink-2', vm: 102, inside: 'enp2s0f0', outside: 'enp2s0f1', router: '100.64.2.2', far: '100.64.2.1' },
  { id: 'byu', vm: 101, inside: 'enp1s0f2', outside: 'enp1s0f3', router: '198.51.100.2', far: '198.51.100.1' },
] as const satisfies readonly Link[]

const EMULATORS = 'pgrep -x wanulator2-head'

const inVm = (lab: RealWan, vm: number, script: string): Promise<string> =>
  lab.inside('pve', 'lab-vm', String(vm), 'sh', '-c', `${script}; exit 0`)
const RULES = 'nft list ruleset'
const dropsIn = (rules = ''): string[] => rules.match(/.*\bdrop\b/g) ?? []

/** What a WANulator's kernel and the file of its emulator say: nothing may drop, delay or limit where it is good. */
export async function lookInto(lab: RealWan, vm: number) {
  const files = `for pid in $(${EMULATORS}); do cat "$(tr '\\0' '\\n' </proc/$pid/cmdline | tail -n 1)"; done`
  const [emulators, rules, queues, text] = await Promise.all(
    [`${EMULATORS} | wc -l`, RULES, 'tc qdisc', files].map((script) => inVm(lab, vm, script)),
  )
  return {
    ...{ vm, emulators: Number(emulators), drops: dropsIn(rules) },
    limits: queues?.match(/.*\btbf\b.*/g) ?? [],
    delays: text?.match(/<SimFn[^>]*Type=.1.[^>]*>/g) ?? [],
  }
}

export const GOOD = { emulators: 1, drops: [], limits: [], delays: [] }

/** Whether its WANulator drops anything. */
export const isCut = async (lab: RealWan, { vm }: Link): Promise<boolean> =>
  dropsIn(await inVm(lab, vm, RULES)).length > 0

/** Until the router sends the traffic over the link that it prefers. */
export const untilOnFirst = (lab: RealWan): Promise<boolean> =>
  until(
    'the traffic is on the first link',
    async () =>
      (await lab.inside('router', 'ip', 'route', 'show', '192.168.100.0/24')).includes(`via ${LINKS[0].far} `),
    60_000,
    500,
  )

/** The lab as it is: WANulators, NICs and bridges, lease directory, processes of a run; for comparison. */
export async function look(lab: RealWan) {
  const vms = await Promise.all(LINKS.map(({ vm }) => lookInto(lab, vm)))
  const nics = await lab.inside('pve', 'sh', '-c', 'ip -o link | sed "s/^[0-9]*: //; s/@if[0-9]*//" | sort')
  const lease = await lab.inside('pve', 'sh', '-c', 'ls -d /var/tmp/failover-lab 2>&1; exit 0')
  const tagged = 'grep -hsz "^[F]AILOVER_LAB_RUN=" /proc/[0-9]*/environ; exit 0'
  const processes = await Promise.all((['pve', 'edge'] as const).map((host) => lab.inside(host, 'sh', '-c', tagged)))
  return { vms, nics, lease, processes }
}
