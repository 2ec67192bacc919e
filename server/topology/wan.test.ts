import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hasCluster, hasWan, WanLabSchema, wanPart } from '../domain/lab'
import { unhookedWanulators, wanLinks } from '../domain/wan'
import { parseLab, problemText } from './load'

const example = readFileSync('labs/byu-wan.example.yaml', 'utf8')
const cluster = readFileSync('labs/example.yaml', 'utf8')

function load(text: string) {
  const loaded = parseLab(text, '/labs/wan.yaml')
  if (!loaded.ok) throw new Error(loaded.errors.map((error) => problemText('wan.yaml', error)).join('\n'))
  return loaded.lab
}

function broken(piece: string, replacement: string): { found: string; line: number } {
  const at = example.indexOf(piece)
  if (at < 0) throw new Error(`"${piece}" is not in the example`)
  const loaded = parseLab(example.replace(piece, replacement), '/labs/wan.yaml')
  const found = loaded.ok ? '' : loaded.errors.map((error) => problemText('wan.yaml', error)).join('\n')
  return { found, line: example.slice(0, at).split('\n').length }
}

describe('the example of a WAN lab', () => {
  it('has the paths of the real one, the preferred one first', () => {
    const lab = load(example)
    if (!hasWan(lab)) throw new Error('no WAN')
    expect(hasCluster(lab)).toBe(false)
    const shown = wanLinks(lab.wan).map(({ port, toRouter, wanulator, toIsp, isp }) =>
      [port.id, toRouter.nic.name, toRouter.guest, wanulator.vm, toIsp.guest, toIsp.nic.name, isp.id].join(' '),
    )
    expect(shown).toEqual([
      'vni-0/1.0 enp2s0f2 ens18 103 ens19 enp2s0f3 starlink-1',
      'vni-0/2.0 enp2s0f0 ens18 102 ens19 enp2s0f1 starlink-2',
      'vni-0/0.0 enp1s0f2 ens18 101 ens19 enp1s0f3 byu',
    ])
    expect(unhookedWanulators(lab.wan).map(({ vm }) => vm)).toEqual([100])
    expect(lab.wan.nics.filter(({ plugged }) => !plugged).map(({ name }) => name)).toEqual(['enp1s0f0', 'enp1s0f1'])
    expect(lab.wan.router.sla).toMatchObject({ latencyMs: 130, jitterMs: 30, lossPercent: 10, recomputeS: 10 })
  })

  it('may stand in a file with a cluster, whose hosts it then uses', () => {
    const wan = example.slice(example.indexOf('wan:\n')).replace('host: pve\n', 'host: incus-host\n')
    const both = load(`${cluster}\n${wan.replace('host: juulink-edge-1,', 'host: gateway,')}`)
    expect([hasCluster(both), hasWan(both)]).toEqual([true, true])
    const [target] = both.targets
    if (!target || !hasCluster(both)) throw new Error('no target')
    const [from, captureAt] = [{ host: 'gateway' }, { at: { instance: 'bpfrx-fw0' }, interface: 'eth0' }]
    const part = wanPart({ ...both, targets: [{ ...target, from, captureAt }, target] })
    expect(part).toEqual(WanLabSchema.parse(part))
    expect(part?.targets).toMatchObject([{ id: target.id, from }])
    expect(JSON.stringify(part), 'nothing of it is in an instance').not.toContain('"instance"')
  })
})

describe('a WAN lab file', () => {
  it.each([
    [
      '    host: pve\n    command',
      '    host: pvx\n    command',
      'there is no host "pvx"; there are: pve, juulink-edge-1',
    ],
    ['{ host: juulink-edge-1, title', '{ host: edge-2, title', 'wan.edgeNodes[0].host: there is no host "edge-2"'],
    ['{ port: vni-0/0.0 }', '{ port: vni-0/9.0 }', 'wan.nics[2].plugged.port: there is no router port "vni-0/9.0"'],
    ['{ isp: byu }', '{ isp: uvu }', 'there is no ISP "uvu"; there are: starlink-1, starlink-2, byu'],
    ['{ isp: byu }', '{ isp: starlink-2 }', '"isp starlink-2" is used already in wan.nics[3].plugged'],
    ['nic: enp1s0f3 }', 'nic: enp9s0f3 }', 'wan.wanulators[1].nics[1].nic: there is no NIC "enp9s0f3"'],
    ['nic: enp1s0f3 }', 'nic: enp2s0f3 }', '"enp2s0f3" is used already in'],
    ['guest: ens19, nic: enp1s0f3', 'guest: ens18, nic: enp1s0f3', '"ens18" is used already by the other one'],
    ['- vm: 102', '- vm: 101', 'wan.wanulators[2].vm: "101" is used already in wan.wanulators[1]'],
    ['name: enp1s0f1 }', 'name: enp1s0f0 }', 'wan.nics[1].name: "enp1s0f0" is used already'],
    ['priority: 2 }', 'priority: 1 }', 'wan.isps[1].priority: "1" is used already in wan.isps[0]'],
    ['{ guest: ens18, nic: enp1s0f2 }, ', '', 'wan.wanulators[1].nics: expected a list of'],
    ['plugged: { port: vni-0/0.0 }', 'plugged: byu', 'wan.nics[2].plugged: expected one of:'],
    ['passwordEnv: WANULATOR_PASSWORD', 'password: x', 'wan.console: "password" is not known here'],
    ['emulator: /root/wanulator2-headless', 'emulator: "/bin/x; reboot"', 'expected an absolute path'],
    ['- vm: 100', '- vm: 7', 'wan.wanulators[0].vm: expected at least 100, found 7'],
    ['name: enp1s0f0 }', 'name: a/b }', 'expected the name of a network interface'],
    ['from: { host: juulink-edge-1 }', 'from: { instance: lan }', 'there is no instance "lan"; there are: none'],
  ])('is told with line and column what is wrong: %s -> %s', (piece, replacement, message) => {
    const { found } = broken(piece, replacement)
    expect(found).toMatch(/^wan\.yaml:\d+:\d+: /)
    expect(found).toContain(message)
  })

  it('may not bridge two ISPs', () => {
    const text = example.replace('nic: enp1s0f2 }', 'nic: NIC }').replace('nic: enp2s0f3 }', 'nic: enp1s0f2 }')
    const swapped = parseLab(text.replace('nic: NIC }', 'nic: enp2s0f3 }'), '/labs/wan.yaml')
    const found = swapped.ok ? [] : swapped.errors.map(({ message }) => message)
    expect(found).toEqual([
      'wan.wanulators[1].nics: both lead to an ISP; expected one of each',
      'wan.wanulators[3].nics: both lead to the router; expected one of each',
    ])
  })

  it('points at the line', () => {
    const { found, line } = broken('{ isp: byu }', '{ isp: uvu }')
    expect(found.startsWith(`wan.yaml:${line}:`)).toBe(true)
  })
})
