import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quote, testLab, until } from '../testing/client'

let t: Awaited<ReturnType<typeof testLab>>
beforeAll(async () => {
  t = await testLab()
})
afterAll(() => t.close())

type Link = { ifname: string; address: string; operstate: string; flags: string[]; addr_info: { local: string }[] }

const run = (...argv: string[]) => t.client.run(quote(argv))
const links = async (instance: string): Promise<Link[]> =>
  JSON.parse((await t.client.inside(instance, 'ip', '-j', 'address')).stdout)
const link = async (instance: string, name: string) => (await links(instance)).find(({ ifname }) => ifname === name)
const ip = (instance: string, ...words: string[]) => t.client.inside(instance, 'ip', ...words)

describe('a device that is taken away', () => {
  it('of a profile comes back nameless, down and with another MAC, and can be made as before', async () => {
    const before = await link('bpfrx-fw1', 'fxp1')
    await run('incus', 'config', 'device', 'add', 'bpfrx-fw1', 'eth1', 'none')
    expect(await link('bpfrx-fw1', 'fxp1')).toBeUndefined()
    await until('cut', () => t.lab.world.cluster.nodes[1].states[0] === 'secondary-hold')
    await run('incus', 'config', 'device', 'remove', 'bpfrx-fw1', 'eth1')
    expect(await link('bpfrx-fw1', 'enp6s0')).toMatchObject({ operstate: 'DOWN', addr_info: [] })
    const kept = async () =>
      JSON.parse((await run('incus', 'list', '--format', 'json')).stdout)[1].config['volatile.eth1.hwaddr']
    expect(await kept()).not.toBe('00:16:3e:5a:11:01')
    await run('incus', 'config', 'set', 'bpfrx-fw1', 'volatile.eth1.hwaddr=00:16:3e:5a:11:01')
    expect(await kept()).toBe('00:16:3e:5a:11:01')
    await ip('bpfrx-fw1', 'link', 'set', 'dev', 'enp6s0', 'name', 'fxp1')
    await ip('bpfrx-fw1', 'link', 'set', 'dev', 'fxp1', 'address', '00:16:3e:5a:11:01')
    await ip('bpfrx-fw1', 'link', 'set', 'dev', 'fxp1', 'up')
    expect(t.lab.world.cluster.heartbeat).toBe(false)
    await ip('bpfrx-fw1', 'address', 'replace', '10.99.0.2/30', 'dev', 'fxp1')
    expect(await link('bpfrx-fw1', 'fxp1')).toEqual({ ...before, ifindex: expect.any(Number) })
    await until('healed', () => t.lab.world.cluster.nodes.every(({ hearsPeer }) => hearsPeer))
  })

  it('a link that is up cannot be renamed', async () => {
    expect(await ip('bpfrx-fw1', 'link', 'set', 'dev', 'fxp1', 'name', 'other')).toMatchObject({
      code: 2,
      stderr: 'RTNETLINK answers: Device or resource busy\n',
    })
  })
})

describe('a virtual function', () => {
  it('whose link is set down takes the carrier, not the device; its groups move and come back', async () => {
    const primary = () => t.lab.world.cluster.nodes.find(({ states }) => states[1] === 'primary')?.name
    await run('ip', 'link', 'set', 'dev', 'eno6np1', 'vf', '0', 'state', 'disable')
    expect(await link('bpfrx-fw0', 'ge-0-0-1')).toMatchObject({ operstate: 'DOWN' })
    expect((await link('bpfrx-fw0', 'ge-0-0-1'))?.flags).toEqual(['BROADCAST', 'MULTICAST', 'UP', 'NO-CARRIER'])
    expect((await run('ip', 'link', 'show', 'dev', 'eno6np1')).stdout).toMatch(/^ {4}vf 0 .*, link-state disable, /m)
    await until('moved', () => primary() === 'node1')
    await run('ip', 'link', 'set', 'dev', 'eno6np1', 'vf', '0', 'state', 'auto')
    await until('back', () => primary() === 'node0')
    expect((await link('bpfrx-fw0', 'ge-0-0-1'))?.operstate).toBe('UP')
  })
})

describe('arping', () => {
  it('is answered by the primary; a capture on its member sees the answer leave', async () => {
    const capture = (instance: string, member: string) =>
      t.client.start(
        quote(
          [
            'incus',
            'exec',
            instance,
            '--',
            'timeout',
            '-s',
            'INT',
            '3',
            'tcpdump',
            '-l',
            '-n',
            '-tt',
            '-e',
            '-Q',
            'out',
          ].concat([
            '-i',
            member,
            '(',
            'arp',
            'and',
            'host',
            '172.16.50.6',
            ')',
            'or',
            '(',
            'vlan',
            '50',
            'and',
            'arp',
            ')',
          ]),
        ),
      )
    const [own, other] = [await capture('bpfrx-fw0', 'ge-0-0-1'), await capture('bpfrx-fw1', 'ge-7-0-1')]
    await until('they listen', async () => (await t.client.inside('bpfrx-fw1', 'pgrep', 'tcpdump')).code === 0)
    const asked = await t.client.inside('wan-host', 'arping', '-b', '-c', '1', '-I', 'eth0', '172.16.50.6')
    expect(asked.stdout).toMatch(
      /^ARPING 172\.16\.50\.6 from 172\.16\.50\.1 eth0\nUnicast reply from 172\.16\.50\.6 \[02:BF:72:01:01:00\] {2}0\.\d{3}ms\nSent 1 probes \(1 broadcast\(s\)\)\nReceived 1 response\(s\)\n$/,
    )
    expect((await own.done).stdout).toMatch(/ Reply 172\.16\.50\.6 is-at 02:bf:72:01:01:00, length 28$/m)
    // Announcements of the test before may still be on their way; answers are not.
    expect((await other.done).stdout).not.toMatch(/ is-at /)
    expect((await t.client.inside('wan-host', 'arping', '-c', '1', '-I', 'eth0', '172.16.50.99')).code).toBe(1)
  })
})
