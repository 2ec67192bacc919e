import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasCluster } from '../domain/lab'
import { labFiles, loadLabs } from './labs'
import { labFileError, loadLab, parseLab, problemText } from './load'

const FILE = 'labs/example.yaml'
const example = readFileSync(FILE, 'utf8')

function problems(text: string): string[] {
  const loaded = parseLab(text, '/labs/mine.yaml')
  return loaded.ok ? [] : loaded.errors.map((error) => problemText('mine.yaml', error))
}

/** The example with one piece replaced, which must be in it; and where the piece stands. */
function broken(piece: string, replacement: string): { found: string[]; line: number } {
  const at = example.indexOf(piece)
  if (at < 0) throw new Error(`"${piece}" is not in the example`)
  return { found: problems(example.replace(piece, replacement)), line: example.slice(0, at).split('\n').length }
}

describe('a lab file', () => {
  it('that is the annotated example loads, with key files as paths', () => {
    const loaded = parseLab(example, '/labs/mine.yaml')
    expect(loaded.ok ? [] : loaded.errors).toEqual([])
    if (loaded.ok) expect(loaded.lab.hosts[0]?.keyFile).toBe(join(homedir(), '.ssh/id_ed25519'))
    const relative = parseLab(example.replace('~/.ssh/id_ed25519', 'keys/lab'), '/labs/mine.yaml')
    if (relative.ok) expect(relative.lab.hosts[0]?.keyFile).toBe('/labs/keys/lab')
  })

  it('has a position and an expectation for a wrong value', () => {
    const port = broken('port: 22 ', 'port: ssh ')
    expect(port.found).toEqual([`mine.yaml:${port.line}:11: hosts[0].port: expected a number, found "ssh"`])
    expect(broken('vip: 10.0.60.1/24', 'vip: 10.0.60.1').found[0]).toMatch(
      /^mine\.yaml:\d+:\d+: cluster\.reths\[1\]\.vip: expected an IPv4 address with its prefix length .* found "10\.0\.60\.1"$/,
    )
    expect(broken('preempt: true', 'preempt: maybe').found[0]).toContain('expected true or false, found "maybe"')
    expect(broken('role: firewall\n', 'role: router\n').found[0]).toContain(
      'instances[0].role: expected "firewall", "lan-host", "wan-host", found "router"',
    )
    expect(broken('at: { instance: cluster-lan-host }', 'at: cluster-lan-host').found[0]).toMatch(
      /cluster\.reths\[1\]\.garpObserver\.at: expected one of: .* found "cluster-lan-host"/,
    )
  })

  it('names a missing key where it belongs, an unknown key where it stands', () => {
    const missing = broken('title: bpfrx two-VM cluster\n', '')
    expect(missing.found).toEqual([expect.stringMatching(/^mine\.yaml:\d+:1: title is missing: expected text$/)])
    const unknown = broken('preempt: true', 'preemt: true')
    expect(unknown.found).toEqual([
      expect.stringMatching(/cluster\.preempt is missing: expected true or false$/),
      `mine.yaml:${unknown.line}:3: cluster: "preemt" is not known here`,
    ])
    expect(broken('    agent: true\n', '').found[0]).toContain('expected exactly one of keyFile, agent, passwordEnv')
  })

  it('takes what Check lab compares, and says where that makes no sense', () => {
    const loaded = parseLab(example, '/labs/mine.yaml')
    if (!loaded.ok || !hasCluster(loaded.lab)) throw new Error('the example is broken')
    expect(loaded.lab.hosts[0]).toMatchObject({ kernel: '6.1', sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' } })
    expect(loaded.lab.performance).toEqual({ wanBitPerS: { min: 6e9, max: 8e9 }, lanBitPerS: { min: 12e9, max: 15e9 } })
    const cases: [string, string, string][] = [
      ["kernel: '6.1'", 'kernel: 6.1', 'hosts[0].kernel: expected text, found 6.1'],
      ['[intel_iommu=on, iommu=pt]', '["a b"]', 'expected one word as in /proc/cmdline'],
      ['net.bridge.bridge-nf-call-iptables', 'x; reboot', 'expected the name of a sysctl'],
      ['source: profile', 'source: instance', 'source says "instance"; a device comes from one of the two'],
      ['index: 1,', 'index: 0,', 'vf: VF 0 of eno6np1 is used already in instances[0].interfaces[4].vf'],
      ['pf: eno6np1, index: 0', 'pf: a/b, index: 0', 'expected the name of a network interface'],
      ['{ min: 6e9, max: 8e9 }', '{ min: 9e9, max: 8e9 }', 'performance.wanBitPerS: expected min ≤ max'],
    ]
    for (const [piece, replacement, message] of cases) {
      const { found } = broken(piece, replacement)
      expect(found.join('\n'), replacement).toContain(message)
    }
  })

  it('says where its references point nowhere', () => {
    const cases: [string, string, string][] = [
      ['jump: gateway', 'jump: gate', 'hosts[0].jump: there is no host "gate"; there are: incus-host, gateway'],
      ['host: incus-host\n', 'host: pve\n', 'containers.host: there is no host "pve"'],
      ['instance: bpfrx-fw1', 'instance: bpfrx-fw2', 'cluster.nodes[1].instance: there is no instance "bpfrx-fw2"'],
      ['instance: bpfrx-fw1', 'instance: cluster-lan-host', '"cluster-lan-host" is a lan-host; firewalls are:'],
      ['instance: bpfrx-fw1', 'instance: bpfrx-fw0', '"bpfrx-fw0" is used already in cluster.nodes[0]'],
      ['name: node1', 'name: node7', 'cluster.nodes[1].name: expected "node1", since its id is 1'],
      ['priority: 100', 'priority: 200', '"200" is used already in cluster.nodes[0]'],
      ['redundancyGroup: 2', 'redundancyGroup: 9', 'there is no redundancy group 9; there are: 0, 1, 2'],
      ['movesWith: [2]', 'movesWith: [9]', 'redundancyGroups[1].movesWith[0]: there is no redundancy group 9'],
      ['members: [ge-0/0/0,', 'members: [ge-0/0/9,', 'no firewall has an interface "ge-0/0/9"'],
      ['reth: reth1', 'reth: reth7', 'there is no RETH "reth7"; there are: reth0, reth1'],
      ['network: bpfrx-clan', 'network: clan', 'there is no network "clan"'],
      ['{ id: internet,', '{ id: gateway,', 'targets[1].id: "gateway" is used already in targets[0]'],
      ['id: gateway\n    host', 'id: incus-host\n    host', '"incus-host" is used already in hosts[0]'],
    ]
    for (const [piece, replacement, expected] of cases) {
      const { found } = broken(piece, replacement)
      expect(found.join('\n')).toMatch(/^mine\.yaml:\d+:\d+: /)
      expect(found.join('\n')).toContain(expected)
    }
    const circle = broken(
      '    user: engineer\n    agent: true',
      '    user: engineer\n    jump: incus-host\n    agent: true',
    )
    expect(circle.found[0]).toContain(
      'hosts[0].jump: the jump hosts go round in a circle: incus-host, gateway, incus-host',
    )
    expect(problems(example.replaceAll('crossesCluster: true', 'crossesCluster: false'))[0]).toContain(
      'at least one target',
    )
    expect(problems(example.replace('    crossesCluster: true\n', ''))[0]).toContain(
      'targets[0].crossesCluster is missing: expected true or false',
    )
  })

  it('says where its YAML is broken', () => {
    expect(problems('id: a\nid: b\n')).toEqual(['mine.yaml:2:1: Map keys must be unique'])
    expect(problems('id: a\nhosts:\n\t- id: x\n')[0]).toMatch(/^mine\.yaml:3:1: .*[Tt]ab/)
    expect(problems('id: "a\n')[0]).toMatch(/^mine\.yaml:\d+:\d+: /)
    expect(problems('')[0]).toBe('the file: expected a map, found nothing')
    expect(problems('- a\n')[0]).toContain('expected a map, found a list')
    expect(problems(`${example}\n---\nid: b\n`)[0]).toMatch(/^mine\.yaml:\d+:\d+: /)
  })

  it('cannot blow the app up', () => {
    const levels = 'bcdefghij'.split('').map((key, at, all) => {
      const before = at === 0 ? 'a' : all[at - 1]
      return `${key}: &${key} [${Array(9).fill(`*${before}`).join(', ')}]`
    })
    expect(problems(`a: &a [x]\n${levels.join('\n')}\n`)[0]).toContain('anchors: ')
    expect(problems('a: &a\n  b: *a\n').length).toBeGreaterThan(0)
    expect(problems('__proto__: { id: x }\n').length).toBeGreaterThan(0)
    const many = problems(`hosts:\n${'  - {}\n'.repeat(500)}`)
    expect(many.length).toBeLessThanOrEqual(50)
  })
})

describe('loading', () => {
  const directory = mkdtempSync(join(tmpdir(), 'labs-'))
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }

  it('says what is wrong with a file that cannot be read', async () => {
    const missing = await loadLab(join(directory, 'none.yaml'))
    expect(missing.ok ? '' : missing.errors[0]?.message).toContain('does not exist; check LABS')
    const huge = await loadLab(write('huge.yaml', '#'.repeat(1_000_001)))
    expect(huge.ok ? '' : huge.errors[0]?.message).toContain('at most 1 MB')
    const directoryEntry = await loadLab(directory)
    expect(directoryEntry.ok).toBe(false)
  })

  it('loads the others when one is broken, and takes an id once', async () => {
    const good = write('good.yaml', example)
    const again = write('again.yaml', example)
    const bad = write('bad.yaml', 'id: bad\ntitle: 3\n')
    const loaded = await loadLabs([bad, good, again])
    expect(loaded.map(({ ok }) => ok)).toEqual([false, true, false])
    const [first, , third] = loaded
    if (first && !first.ok) {
      expect(first.id).toBe('bad')
      expect(labFileError(first)).toMatchObject({ code: 'lab-file', message: expect.stringContaining('bad.yaml:2:8') })
    }
    if (third && !third.ok) expect(third.errors[0]?.message).toContain(`is the id of ${good} already`)
  })

  it('takes LABS as a list', () => {
    expect(labFiles(' a.yaml, ,b.yaml')).toEqual(['a.yaml', 'b.yaml'])
  })
})
