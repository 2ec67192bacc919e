import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quote, testLab, until } from '../testing/client'
import { bytesText, receiverLine, senderLine } from './iperf3-text'
import { parseFilter } from './pcap-filter'

let t: Awaited<ReturnType<typeof testLab>>
beforeAll(async () => {
  t = await testLab()
})
afterAll(() => t.close())

const json = async (...argv: string[]) => JSON.parse((await t.client.run(quote(argv))).stdout)

describe('the cluster CLI', () => {
  it('prints the status with the asked node first', async () => {
    const { stdout } = await t.client.inside('bpfrx-fw1', 'cli', '-c', 'show chassis cluster status')
    expect(stdout).toBe(`Monitor Failure codes:
    CS  Cold Sync monitoring        FL  Fabric Connection monitoring
    IF  Interface monitoring        IP  IP monitoring
    CF  Config Sync monitoring

Cluster ID: 1
Node name: node1

Software version: 0.4.2
HA protocol version: 1
Peer software version: 0.4.2
Peer HA protocol version: 1

Node   Priority Status         Preempt  Manual   Monitor-failures
${[0, 1, 2]
  .map(
    (group) => `
Redundancy group: ${group} , Failover count: 0
node1  100      secondary      yes      no       None
  Takeover ready: yes
  Transfer ready: yes
node0  200      primary        yes      no       None
`,
  )
  .join('')}`)
  })

  it('greets on stdin and reads on until exit', async () => {
    const { stdout, code } = await t.client.run(
      'incus exec bpfrx-fw0 -- cli',
      'show version\nconfigure\nexit\nexit\nshow version\n',
    )
    expect(stdout).toMatch(/^cli — connected to bpfrxd \(uptime: \d+s\)\nType '\?' for help\nHostname: bpfrx-fw0\n/)
    expect(stdout.match(/Software version: 0\.4\.2/g)).toHaveLength(1)
    expect(code).toBe(0)
  })

  it('refuses to configure on the secondary, with exit 0', async () => {
    const { stdout, code } = await t.client.run('incus exec bpfrx-fw1 -- cli', 'configure\nexit\n')
    expect(stdout).toContain('configuration database is not writable (secondary node)')
    expect(code).toBe(0)
  })

  it('knows weights only in the information', async () => {
    const { stdout } = await t.client.inside('bpfrx-fw0', 'cli', '-c', 'show chassis cluster information')
    expect(stdout).toMatch(
      /^node0:\n-{74}\nRedundancy Group Information:\n\n {4}Redundancy Group 0 , Current State: primary, Weight: 255\n/,
    )
    expect(stdout.match(/Current State: secondary, Weight: 255/g)).toHaveLength(3)
  })

  it('cannot be reached when the daemon is down: exit 1, a line on stderr', async () => {
    const { client, lab, close } = await testLab()
    await client.inside('bpfrx-fw1', 'systemctl', 'stop', 'bpfrxd')
    const answer = await client.inside('bpfrx-fw1', 'cli', '-c', 'show version')
    expect(answer).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: cannot connect to bpfrxd: /),
    })
    await until('peer noticed', () => !lab.world.cluster.nodes[0].hearsPeer)
    const { stdout } = await client.inside('bpfrx-fw0', 'cli', '-c', 'show chassis cluster status')
    expect(stdout).not.toContain('node1  ')
    expect(stdout).toContain('Peer software version: unknown')
    await close()
  })

  it('hangs, or prints garbage, when told so', async () => {
    await t.lab.control.switch({ name: 'cli-garbage', on: true })
    expect((await t.client.inside('bpfrx-fw0', 'cli', '-c', 'show version')).stdout).toContain('<script>')
    await t.lab.control.switch({ name: 'cli-garbage', on: false })
    await t.lab.control.switch({ name: 'cli-hangs', on: true })
    expect((await t.client.run("timeout 0.3 incus exec bpfrx-fw0 -- cli -c 'show version'")).code).toBe(124)
    await t.lab.control.switch({ name: 'cli-hangs', on: false })
  })
})

describe('incus', () => {
  it('lists instances as JSON in its own shape', async () => {
    const list = await json('incus', 'list', '--format', 'json')
    expect(list.map((i: { name: string }) => i.name)).toEqual([
      'bpfrx-fw0',
      'bpfrx-fw1',
      'cluster-lan-host',
      'wan-host',
    ])
    const [fw0] = list
    expect(fw0).toMatchObject({
      status: 'Running',
      status_code: 103,
      type: 'virtual-machine',
      devices: { 'wan-vf': { type: 'pci', address: '0000:b7:06.0' } },
    })
    expect(fw0.expanded_devices.eth1).toEqual({ name: 'enp6s0', network: 'bpfrx-heartbeat', type: 'nic' })
    expect(fw0.state.network['ge-0-0-0'].state).toBe('up')
    expect(fw0.config['volatile.eth1.hwaddr']).toBe('00:16:3e:5a:11:00')
  })

  it('refuses what the real one refuses', async () => {
    expect(await t.client.run('incus exec nope -- true')).toMatchObject({
      code: 1,
      stderr: 'Error: Instance not found\n',
    })
    expect(await t.client.run('incus start bpfrx-fw0')).toMatchObject({
      code: 1,
      stderr: 'Error: The instance is already running\n',
    })
    expect((await t.client.run('incus config device remove bpfrx-fw1 eth1')).stderr).toMatch(
      /^Error: Device from profile\(s\) cannot be removed from individual instance/,
    )
  })

  it('masks a profile’s device; it returns with a new MAC and down', async () => {
    const { client, close } = await testLab()
    expect((await client.run('incus config device add bpfrx-fw1 eth1 none')).code).toBe(0)
    const links = async () =>
      JSON.parse((await client.inside('bpfrx-fw1', 'ip', '-j', 'link')).stdout) as {
        ifname: string
        address: string
        operstate: string
      }[]
    expect((await links()).map((l) => l.ifname)).not.toContain('fxp1')
    expect((await client.run('incus config device remove bpfrx-fw1 eth1')).code).toBe(0)
    const back = (await links()).find((l) => l.ifname === 'enp6s0')
    expect(back).toMatchObject({ operstate: 'DOWN' })
    expect(back?.address).not.toBe('00:16:3e:5a:11:01')
    await close()
  })

  it('runs nothing in a stopped instance, and its processes die with it', async () => {
    const { client, close } = await testLab()
    const running = await client.start('incus exec bpfrx-fw1 -- sleep 60')
    await until('it runs', async () => (await client.inside('bpfrx-fw1', 'pgrep', '-f', '^sleep 60')).code === 0)
    expect((await client.run('incus stop --force bpfrx-fw1')).code).toBe(0)
    expect((await running.done).code).toBe(137)
    expect(await client.inside('bpfrx-fw1', 'true')).toMatchObject({
      code: 1,
      stderr: 'Error: Instance is not running\n',
    })
    expect(await client.run('incus stop bpfrx-fw1')).toMatchObject({ code: 1 })
    expect((await client.run('incus start bpfrx-fw1')).code).toBe(0)
    expect((await client.inside('bpfrx-fw1', 'true')).code).toBe(0)
    await close()
  })
})

describe('ip', () => {
  it('shows VIPs on the primary only, and names the nodes by MAC', async () => {
    const of = async (fw: string) =>
      (
        JSON.parse((await t.client.inside(fw, 'ip', '-j', 'addr')).stdout) as {
          ifname: string
          address: string
          addr_info: { local: string }[]
        }[]
      ).map((l) => [l.ifname, l.address, l.addr_info.map((a) => a.local).join()])
    expect(await of('bpfrx-fw0')).toContainEqual(['ge-0-0-0', '02:bf:72:01:02:00', '10.0.60.1'])
    expect(await of('bpfrx-fw0')).toContainEqual(['ge-0-0-1', '02:bf:72:01:01:00', '172.16.50.6'])
    expect(await of('bpfrx-fw1')).toContainEqual(['ge-7-0-0', '02:bf:72:01:02:01', ''])
  })

  it('routes', async () => {
    expect(JSON.parse((await t.client.inside('cluster-lan-host', 'ip', '-j', 'route')).stdout)[0]).toEqual({
      dst: 'default',
      gateway: '10.0.60.1',
      dev: 'eth0',
      flags: [],
    })
  })
})

describe('iperf3', () => {
  it('prints units and columns as 3.12 does', () => {
    expect([0, 131072, 262144, 1310720, 2.73 * 2 ** 30].map(bytesText)).toEqual([
      '0.00 Bytes',
      ' 128 KBytes',
      ' 256 KBytes',
      '1.25 MBytes',
      '2.73 GBytes',
    ])
    const interval = { socket: 5, fromS: 0.5, toS: 1, bytes: 262144 }
    expect(senderLine(interval, 0, 359424)).toBe(
      '[  5]   0.50-1.00   sec   256 KBytes  4.19 Mbits/sec    0    351 KBytes       \n',
    )
    expect(receiverLine({ ...interval, fromS: 0, bytes: 393216, toS: 0.5 })).toBe(
      '[  5]   0.00-0.50   sec   384 KBytes  6.29 Mbits/sec                  \n',
    )
    expect(senderLine({ socket: 'SUM', fromS: 0, toS: 2, bytes: 2621440 }, 0, null, 'sender')).toBe(
      '[SUM]   0.00-2.00   sec  2.50 MBytes  10.5 Mbits/sec    0             sender\n',
    )
    expect(receiverLine({ socket: 5, fromS: 0, toS: 0.99, bytes: 0 }, 'receiver')).toBe(
      '[  5]   0.00-0.99   sec  0.00 Bytes  0.00 bits/sec                  receiver\n',
    )
  })

  it('serves one test a port, and says so', async () => {
    const first = await t.client.start(
      'incus exec cluster-lan-host -- iperf3 -c 172.16.50.1 -p 5202 -t 5 -i 0.2 -P 2 -R -b 5M --forceflush',
    )
    await until('an interval', () => first.lines.some((l) => l.text.startsWith('[SUM]')))
    const second = await t.client.inside('cluster-lan-host', 'iperf3', '-c', '172.16.50.1', '-p', '5202', '-t', '1')
    expect(second).toMatchObject({
      code: 1,
      stderr: 'iperf3: error - the server is busy running a test. try again later\n',
    })
    const refused = await t.client.inside('cluster-lan-host', 'iperf3', '-c', '172.16.50.1', '-p', '5299', '-t', '1')
    expect(refused).toMatchObject({
      code: 1,
      stderr: 'iperf3: error - unable to connect to server: Connection refused\n',
    })
    expect((await t.client.inside('cluster-lan-host', 'ss', '-Htn')).stdout.trim().split('\n')).toHaveLength(3)
    await t.client.run('pkill -INT -x iperf3')
    const { stdout, stderr, code } = await first.done
    expect(stdout).toMatch(
      /^Connecting to host 172\.16\.50\.1, port 5202\nReverse mode, remote host 172\.16\.50\.1 is sending\n\[ {2}5\] local 10\.0\.60\.102 port \d+ connected to 172\.16\.50\.1 port 5202\n/,
    )
    expect(stderr).toBe('iperf3: interrupt - the client has terminated\n')
    expect(code).toBe(1)
  })
})

describe('the rest', () => {
  it('stamps a fault before and after', async () => {
    const { stdout } = await t.client.run(
      quote([
        'incus',
        'exec',
        'bpfrx-fw0',
        '--',
        'sh',
        '-c',
        'date +%s.%N; "$@"; rc=$?; date +%s.%N; exit $rc',
        'sh',
        'systemctl',
        'is-active',
        'bpfrxd',
      ]),
    )
    const [before, state, after] = stdout.split('\n')
    expect(state).toBe('active')
    expect(before).toMatch(/^\d{10}\.\d{9}$/)
    expect(Number(after)).toBeGreaterThanOrEqual(Number(before))
    expect(Math.abs(Number(after) * 1000 - Date.now())).toBeLessThan(2000)
  })

  it('has a journal in several formats', async () => {
    const { client, close } = await testLab()
    await client.inside('bpfrx-fw0', 'systemctl', 'kill', '--signal=KILL', 'bpfrxd')
    const journal = (format: string) =>
      client.inside('bpfrx-fw0', 'journalctl', '-u', 'bpfrxd', '-o', format, '--since', '@1', '--no-pager')
    expect((await journal('short-unix')).stdout).toMatch(
      /^\d{10}\.\d{6} bpfrx-fw0 systemd\[1\]: bpfrxd\.service: Main process exited, code=killed, status=9\/KILL$/m,
    )
    const last = JSON.parse((await journal('json')).stdout.trim().split('\n').at(-1) ?? '')
    expect(last).toMatchObject({
      _HOSTNAME: 'bpfrx-fw0',
      _SYSTEMD_UNIT: 'bpfrxd.service',
      MESSAGE: "bpfrxd.service: Failed with result 'signal'.",
    })
    await close()
  })

  it('each machine has a clock of its own', async () => {
    await t.lab.control.clock({ machine: 'wan-host', offsetMs: -90_000 })
    const clock = async (name: string) => Number((await t.client.inside(name, 'date', '+%s.%N')).stdout)
    expect((await clock('cluster-lan-host')) - (await clock('wan-host'))).toBeCloseTo(90, 0)
    await t.lab.control.clock({ machine: 'wan-host', offsetMs: 0 })
  })

  it.each([
    ['arp and host 10.0.60.1', [true, false, false]],
    ['arp or icmp[icmptype]=8', [true, true, false]],
    ['icmp and host 8.8.8.8', [false, true, true]],
    ['icmp[icmptype] == icmp-echo and (dst host 8.8.8.8 or src 1.1.1.1)', [false, true, false]],
    ['not arp', [false, true, true]],
  ])('tcpdump filters "%s"', (text, expected) => {
    const base = { atMs: 0, sourceMac: 'a', targetMac: 'b', length: 64 }
    const echo = { ...base, kind: 'icmp' as const, id: 1, sequence: 1 }
    const filter = parseFilter(text)
    expect([
      filter({
        ...base,
        kind: 'arp',
        operation: 'request',
        senderIp: '10.0.60.1',
        targetIp: '10.0.60.1',
        targetMacInside: null,
      }),
      filter({ ...echo, type: 'request', source: '10.0.60.102', target: '8.8.8.8' }),
      filter({ ...echo, type: 'reply', source: '8.8.8.8', target: '10.0.60.102' }),
    ]).toEqual(expected)
  })

  it('captures the translated request on the far side', async () => {
    const tap = await t.client.start(
      "incus exec wan-host -- timeout -s INT 10 tcpdump -l -n -tt -i eth0 -c 4 'icmp[icmptype]=8'",
    )
    await until('it listens', async () => (await t.client.inside('wan-host', 'pgrep', 'tcpdump')).code === 0)
    await t.client.inside('cluster-lan-host', 'ping', '-n', '-i', '0.01', '-c', '4', '8.8.8.8')
    expect((await tap.done).stdout).toMatch(
      /^\d{10}\.\d{6} IP 172\.16\.50\.6 > 8\.8\.8\.8: ICMP echo request, id \d+, seq 1, length 64$/m,
    )
    await t.lab.control.switch({ name: 'no-snat', on: true })
    const bare = await t.client.start(
      "incus exec wan-host -- timeout -s INT 10 tcpdump -l -n -tt -i eth0 -c 2 'icmp[icmptype]=8'",
    )
    await until('it listens', async () => (await t.client.inside('wan-host', 'pgrep', 'tcpdump')).code === 0)
    await t.client.inside('cluster-lan-host', 'ping', '-n', '-i', '0.01', '-c', '2', '8.8.8.8')
    expect((await bare.done).stdout).toContain(' IP 10.0.60.102 > 8.8.8.8: ')
    await t.lab.control.switch({ name: 'no-snat', on: false })
  })
})

describe('the incus host', () => {
  const linkOf = async (name: string) =>
    (await json('ip', '-j', 'link')).find((row: { ifname: string }) => row.ifname === name)

  it('has a port on the bridge for each device of an instance, which can be moved', async () => {
    const [lan] = (await json('incus', 'list', '--format', 'json')).filter(
      (row: { name: string }) => row.name === 'cluster-lan-host',
    )
    const port = lan.state.network.eth0.host_name
    expect(await linkOf(port)).toMatchObject({ master: 'bpfrx-clan' })
    await t.client.run(`ip link set ${port} master bpfrx-fabric`)
    expect(await linkOf(port)).toMatchObject({ master: 'bpfrx-fabric' })
    await t.client.run(`ip link set ${port} master bpfrx-clan`)
  })

  it('has a VF table with the MACs of the WAN ports inside', async () => {
    const { vfinfo_list: before } = await linkOf('eno6np1')
    expect(before[1]).toMatchObject({ vf: 1, spoofchk: false, link_state: 'auto', trust: false })
    const inside = JSON.parse((await t.client.inside('bpfrx-fw1', 'ip', '-d', '-j', 'link')).stdout)
    const port = inside.find((row: { ifname: string }) => row.ifname === 'ge-7-0-1')
    expect(port.permaddr).toBe(before[1].address)
    expect(port.address).not.toBe(port.permaddr)
    await t.client.run('ip link set eno6np1 vf 1 spoofchk on')
    expect((await linkOf('eno6np1')).vfinfo_list[1].spoofchk).toBe(true)
    await t.client.run('ip link set eno6np1 vf 1 spoofchk off')
  })

  it('knows from which profile a device comes', async () => {
    const profiles = await json('incus', 'profile', 'list', '--format', 'json')
    const [fw0] = (await json('incus', 'list', '--format', 'json')).filter(
      (row: { name: string }) => row.name === 'bpfrx-fw0',
    )
    const withEth1 = profiles.filter(({ devices }: { devices: object }) => 'eth1' in devices)
    expect(withEth1.map(({ name }: { name: string }) => name)).toEqual(['bpfrx-fw'])
    expect(fw0.profiles).toContain('bpfrx-fw')
    expect(Object.keys(fw0.devices)).toEqual(['wan-vf'])
  })

  it('has sysctls that can be read and set, and no others', async () => {
    expect((await t.client.run('sysctl -w net.ipv4.ip_forward=0')).stdout).toBe('net.ipv4.ip_forward = 0\n')
    expect((await t.client.run('cat /proc/sys/net/ipv4/ip_forward')).stdout).toBe('0\n')
    expect((await t.client.run('sysctl -w net.ipv4.ip_forward=1')).code).toBe(0)
    expect((await t.client.run('sysctl -n net.no.such')).code).toBe(255)
  })
})
