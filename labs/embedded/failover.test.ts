import { afterEach, expect, it } from 'vitest'
import { type LabClient, testLab, until } from './testing/client'
import { gaps, replies } from './testing/ping-lines'

type Lab = Awaited<ReturnType<typeof testLab>>
let open: Lab | null = null

async function start(options: Parameters<typeof testLab>[0] = {}): Promise<Lab> {
  open = await testLab(options)
  return open
}

afterEach(async () => {
  await open?.close()
  open = null
})

const PING = (target: string, tag = 'probe'): string =>
  `timeout -s INT 60 env FAILOVER_LAB_RUN=t/${tag} incus exec cluster-lan-host -- timeout -s INT 60 env FAILOVER_LAB_RUN=t/${tag} ping -D -O -n -i 0.005 -c 12000 ${target}`

const stopTagged = (client: LabClient) => client.run("pkill -INT -f '[F]AILOVER_LAB_RUN=t/'")

/** When forwarding across the cluster stopped and came back, as the world itself wrote it down. */
function outages(lab: Lab['lab']): { fromMs: number; toMs: number }[] {
  const changes = lab.world.truth.filter((e) => e.kind === 'path' && e.path === 'crossing')
  return changes.flatMap((change, i) => {
    const next = changes[i + 1]
    return change.up === false && next ? [{ fromMs: change.atMs, toMs: next.atMs }] : []
  })
}

const primaryOf = (lab: Lab['lab']): string =>
  lab.world.cluster.nodes
    .filter((n) => n.alive && n.states[1] === 'primary')
    .map((n) => n.name)
    .join()

it.each([
  [
    'kill',
    ['incus', 'exec', 'bpfrx-fw0', '--', 'systemctl', 'kill', '--signal=KILL', 'bpfrxd'],
    'incus exec bpfrx-fw0 -- systemctl start bpfrxd',
  ],
  [
    'stop',
    ['incus', 'exec', 'bpfrx-fw0', '--', 'systemctl', 'stop', 'bpfrxd'],
    'incus exec bpfrx-fw0 -- systemctl start bpfrxd',
  ],
  ['force', ['incus', 'stop', '--force', 'bpfrx-fw0'], 'incus start bpfrx-fw0'],
])('ping shows the outage that the world knows of, and everything comes back: %s', async (mode, fault, repair) => {
  const { lab, client } = await start()
  const probes = await Promise.all(['8.8.8.8', '172.16.50.1', '10.0.60.1'].map((t) => client.start(PING(t, t))))
  await until('answers', () => probes.every((p) => p.lines.length > 60))
  expect((await client.run(fault.join(' '))).code).toBe(0)
  await until('node1 primary', () => primaryOf(lab) === 'node1')
  await until('answers again', () => lab.world.paths.crossing.last)
  expect((await client.run(repair)).code).toBe(0)
  await until('node0 primary again', () => primaryOf(lab) === 'node0', 15_000)
  await until('answers again', () => lab.world.paths.crossing.last)
  const seen = probes[0]?.lines.length ?? 0
  await until('some more', () => (probes[0]?.lines.length ?? 0) > seen + 60)
  await stopTagged(client)
  const truth = outages(lab)
  expect(truth).toHaveLength(2)
  for (const probe of probes) {
    const { stdout, code } = await probe.done
    expect(code).toBe(0)
    const found = gaps(stdout).filter((g) => g.lost > 1)
    expect(found).toHaveLength(2)
    for (const [i, gap] of found.entries()) {
      const { fromMs, toMs } = truth[i] ?? { fromMs: 0, toMs: 0 }
      const lostFrom = gap.lastGood.sentMs
      expect(toMs - fromMs).toBeLessThanOrEqual(gap.ms + 0.3)
      expect(lostFrom).toBeLessThanOrEqual(fromMs + 0.3)
      expect(gap.firstGood.sentMs + gap.firstGood.rttMs).toBeGreaterThanOrEqual(toMs)
      expect(gap.ms - (toMs - fromMs)).toBeLessThan(26)
    }
  }
  const [first, second] = truth
  const lengthMs = (first?.toMs ?? 0) - (first?.fromMs ?? 0)
  if (mode === 'stop') expect(lengthMs).toBeLessThan(75)
  else expect(lengthMs).toBeGreaterThan(220)
  expect(lengthMs).toBeLessThan(430)
  expect((second?.toMs ?? 0) - (second?.fromMs ?? 0)).toBeGreaterThan(35)
  expect((second?.toMs ?? 0) - (second?.fromMs ?? 0)).toBeLessThan(50)
})

it('gratuitous ARP comes from the new primary, eight times for each VIP', async () => {
  const { lab, client } = await start()
  const taps = await Promise.all(
    ['cluster-lan-host', 'wan-host'].map((host) =>
      client.start(`incus exec ${host} -- timeout -s INT 20 tcpdump -l -n -tt -e -i eth0 arp`),
    ),
  )
  await client.inside('bpfrx-fw0', 'systemctl', 'kill', '-s', 'KILL', 'bpfrxd')
  await until('all announcements', () => taps.every((t) => t.lines.length >= 8))
  await client.run('pkill -INT tcpdump')
  const promotedMs = lab.world.truth.filter((e) => e.kind === 'path' && e.path === 'crossing' && e.up).at(-1)?.atMs ?? 0
  for (const [i, tap] of taps.entries()) {
    const { stdout, stderr, code } = await tap.done
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /listening on eth0, link-type EN10MB[\s\S]*\n8 packets captured\n8 packets received by filter\n0 packets dropped by kernel\n$/,
    )
    const [vip, mac] =
      [
        ['10.0.60.1', '02:bf:72:01:02:01'],
        ['172.16.50.6', '02:bf:72:01:01:01'],
      ][i] ?? []
    const lines = stdout.trimEnd().split('\n')
    for (const line of lines) {
      expect(line).toMatch(
        new RegExp(
          `^\\d{10}\\.\\d{6} ${mac} > ff:ff:ff:ff:ff:ff, ethertype ARP \\(0x0806\\), length 60: Request who-has ${vip} \\(ff:ff:ff:ff:ff:ff\\) tell ${vip}, length 46$`,
        ),
      )
    }
    expect(Number(lines[0]?.split(' ')[0]) * 1000 - promotedMs).toBeLessThan(0.01)
    expect(Number(lines[7]?.split(' ')[0]) - Number(lines[0]?.split(' ')[0])).toBeCloseTo(1, 2)
  }
})

it('sessions are on the backup before the fault and go on after it; TCP waits longer than the path', async () => {
  const { lab, client } = await start()
  const upload = await client.start(
    'incus exec cluster-lan-host -- iperf3 -c 172.16.50.1 -p 5201 -t 30 -i 0.1 -P 4 -b 20M --forceflush',
  )
  const sums = () =>
    upload.lines.flatMap(({ text }) => {
      const match = /^\[SUM\] +(\S+)-(\S+) +sec +(\S+) \w+ +\S+ \w+\/sec +(\d+) +$/.exec(text)
      return match ? [{ toS: Number(match[2]), amount: Number(match[3]), retransmits: Number(match[4]) }] : []
    })
  await until('some intervals', () => sums().length >= 5)
  const flows = async (): Promise<string[]> => {
    const argv = ['cli', '-c', 'show security flow session destination-prefix 172.16.50.1']
    const { stdout } = await client.inside('bpfrx-fw1', ...argv)
    const own = stdout.slice(stdout.indexOf('node1:'))
    return [...own.matchAll(/State: (\w+), T[\s\S]*?In: (\S+) --> (\S+);tcp[\s\S]*?NAT: src \S+ -> (\S+)/g)]
      .map((m) => m.slice(1).join(' '))
      .sort()
  }
  const before = await flows()
  expect(before).toHaveLength(5)
  expect(before.every((f) => f.startsWith('Backup '))).toBe(true)
  await client.inside('bpfrx-fw0', 'systemctl', 'kill', '-s', 'KILL', 'bpfrxd')
  await until('nothing moves', () => sums().some((s) => s.amount === 0))
  await until('it moves again', () => (sums().at(-1)?.amount ?? 0) > 0)
  const [truth] = outages(lab)
  const stoodMs = sums().filter((s) => s.amount === 0).length * 100
  expect(stoodMs).toBeGreaterThan((truth?.toMs ?? 0) - (truth?.fromMs ?? 0) - 200)
  expect(sums().some((s) => s.retransmits > 0)).toBe(true)
  const bare = (list: string[]) => list.map((f) => f.replace(/^\w+ /, ''))
  expect(bare(await flows()).sort()).toEqual(bare(before).sort())
  expect((await flows()).filter((f) => f.startsWith('Active '))).toHaveLength(4)
  await client.run('pkill -INT -x iperf3')
  expect((await upload.done).code).toBe(1)
})

it('unsynced sessions do not survive', async () => {
  const { client } = await start()
  expect((await client.run('failover-lab-world set no-session-sync on')).code).toBe(0)
  const upload = await client.start(
    'incus exec cluster-lan-host -- iperf3 -c 172.16.50.1 -p 5201 -t 3 -i 0.5 -P 2 -b 5M --forceflush',
  )
  await until('an interval', () => upload.lines.some((l) => l.text.startsWith('[SUM]')))
  await client.inside('bpfrx-fw0', 'systemctl', 'kill', '-s', 'KILL', 'bpfrxd')
  const { stdout } = await upload.done
  expect(stdout.match(/^\[SUM\] .*0\.00 bits\/sec/gm)?.length).toBeGreaterThanOrEqual(3)
})

it('a planned outage is met exactly, at a long round trip too', async () => {
  const { lab, client } = await start({ world: { rttMs: 40, jitterMs: 2 } })
  const probe = await client.start(PING('8.8.8.8'))
  await until('answers', () => replies(probe.lines.map((l) => l.text).join('\n')).length > 20)
  const { fromMs, toMs } = (await lab.control.outage({ lengthMs: 333 })) as { fromMs: number; toMs: number }
  await until('it is over', () => lab.world.paths.crossing.last && (lab.world.truth.at(-1)?.atMs ?? 0) >= toMs)
  const count = probe.lines.length
  await until('some more', () => probe.lines.length > count + 60)
  await stopTagged(client)
  const found = gaps((await probe.done).stdout).sort((a, b) => b.lost - a.lost)[0]
  expect(toMs - fromMs).toBe(333)
  expect(found?.ms).toBeGreaterThan(333 - 44)
  expect(found?.ms).toBeLessThan(333 + 44 + 24)
  // With a round trip above the spacing nearly every request is first reported as unanswered.
  expect((await probe.done).stdout.match(/no answer yet/g)?.length).toBeGreaterThan(60)
})

it('manual failover moves one group, blocks a takeover until it is reset', async () => {
  const { lab, client } = await start()
  const cli = (node: number, text: string) => client.inside(`bpfrx-fw${node}`, 'cli', '-c', text)
  expect((await cli(0, 'request chassis cluster failover redundancy-group 1 node 1')).stdout).toContain(
    'Initiated manual failover for redundancy group 1',
  )
  expect((await cli(0, 'request chassis cluster failover redundancy-group 1 node 1')).stdout).toMatch(/^error: /)
  const rows = (await cli(1, 'show chassis cluster status')).stdout.match(/^node\d.*$/gm) ?? []
  expect(rows.map((r) => r.split(/ +/).slice(0, 5).join(' '))).toEqual([
    'node1 100 secondary yes no',
    'node0 200 primary yes no',
    'node1 100 primary yes yes',
    'node0 200 secondary yes yes',
    'node1 100 secondary yes no',
    'node0 200 primary yes no',
  ])
  expect((await cli(1, 'request chassis cluster failover reset redundancy-group 1')).stdout).toContain(
    'Successfully reset',
  )
  expect((await cli(1, 'request chassis cluster failover reset redundancy-group 1')).stdout).toContain(
    'No reset required',
  )
  await until('preempted', () => lab.world.cluster.nodes[0].states[1] === 'primary')
})
