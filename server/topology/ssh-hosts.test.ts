import { describe, expect, it } from 'vitest'
import { importHosts, type SshConfig, type SshOptions } from './ssh-hosts'

const config = (hosts: Record<string, SshOptions>): SshConfig => ({
  aliases: Object.keys(hosts),
  optionsOf: (alias) => hosts[alias] ?? {},
})

describe('hosts of an ssh_config', () => {
  it('become entries of a lab file, jump hosts and all', () => {
    const { hosts, notes } = importHosts(
      config({
        '*.lab': { User: 'nobody' },
        pve: { HostName: '100.64.0.7', User: 'root', IdentityFile: ['~/.ssh/lab', '~/.ssh/other'], ProxyJump: 'gate' },
        edge: { hostname: 'juulink-edge-1', port: '2222', proxyjump: 'admin@outer:2200,gate' },
        gate: { HostName: 'gate.example', IdentityFile: '%d/.ssh/gate' },
      }),
      'engineer',
    )
    expect(hosts).toEqual([
      { id: 'pve', host: '100.64.0.7', port: 22, user: 'root', keyFile: '~/.ssh/lab', jump: 'gate' },
      { id: 'gate', host: 'gate.example', port: 22, user: 'engineer', keyFile: '~/.ssh/gate', jump: 'outer' },
      { id: 'edge', host: 'juulink-edge-1', port: 2222, user: 'engineer', agent: true, jump: 'gate' },
      { id: 'outer', host: 'outer', port: 2200, user: 'admin', agent: true },
    ])
    expect(notes).toEqual([
      { host: 'pve', message: 'of several keys the first is taken (~/.ssh/lab)' },
      { host: 'edge', message: 'its way through outer to gate holds for everybody who goes through gate' },
    ])
  })

  it('tells what is lost', () => {
    const { hosts, notes } = importHosts(
      config({
        a: { ProxyJump: 'b', ProxyCommand: 'nc %h %p', IdentityFile: '~/.ssh/%r' },
        b: { ProxyJump: 'a', HostName: '%h.lab.example' },
        ':/?': {},
      }),
      'me',
      ['a', '-?:', '::'],
    )
    expect(hosts.map(({ id, host, jump }) => [id, host, jump])).toEqual([
      ['a', 'a', 'b'],
      ['b', 'b.lab.example', undefined],
    ])
    expect(notes.map(({ host, message }) => `${host}: ${message}`)).toEqual([
      'a: ~/.ssh/%r holds a token that is not known; put the path in',
      'a: proxycommand is not taken over',
      'b: ProxyJump goes round in a circle (a)',
      '::: its name cannot be an id of a lab file; left out',
    ])
  })

  it('loses no jump without a word', () => {
    const { hosts, notes } = importHosts(
      config({
        a: { ProxyJump: 'ssh://admin@gate:2200/' },
        b: { ProxyJump: '%r@gate', Port: 'ssh' },
        c: { ProxyJump: 'gate', HostName: '%n.lab', Port: '70000' },
        d: { ProxyJump: 'other@gate' },
        'x y': {},
        'e:1': {},
        'e-1': {},
      }),
      'me',
    )
    expect(hosts.map(({ id, host, port, user, jump }) => [id, host, port, user, jump])).toEqual([
      ['a', 'a', 22, 'me', 'gate'],
      ['gate', 'gate', 2200, 'admin', undefined],
      ['b', 'b', 22, 'me', undefined],
      ['c', '%n.lab', 22, 'me', 'gate'],
      ['d', 'd', 22, 'me', 'gate'],
      ['e-1', 'e:1', 22, 'me', undefined],
    ])
    expect(notes.map(({ host, message }) => `${host}: ${message}`)).toEqual([
      'b: “ssh” is no port; 22 is put in',
      'b: ProxyJump %r@gate is not understood; put its jump in',
      'c: “70000” is no port; 22 is put in',
      'c: HostName %n.lab holds a token that is not known; put the name in',
      'gate: somebody jumps through it as other on port 2200; a lab file has one entry for all',
      'e-1: its id in a lab file would be that of e:1; left out',
    ])
  })

  it('takes "none" and an address in brackets', () => {
    const { hosts } = importHosts(config({ a: { ProxyJump: 'none' }, b: { ProxyJump: '[2001:db8::1]:22' } }), 'me')
    expect(hosts.map(({ id, host, jump }) => [id, host, jump])).toEqual([
      ['a', 'a', undefined],
      ['b', 'b', '2001-db8--1'],
      ['2001-db8--1', '2001:db8::1', undefined],
    ])
  })
})
