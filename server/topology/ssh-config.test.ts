import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { HostSchema } from '../domain/lab'
import { importSshConfig } from './ssh-config'

const CONFIG = `# the lab
Include ~/.ssh/conf.d/*
Host pve
  HostName 100.64.0.7
  User root
  IdentityFile ~/.ssh/lab
  ProxyJump gate

Host edge edge-node "juulink-edge-1"
  Port=2222
  hostname = 192.168.1.5
Host gate
    HostName gate.example
Host *.lab !secret.lab
  User nobody
Match originalhost edge
  IdentityFile ~/.ssh/edge
Host *
  User engineer
  ServerAliveInterval 5
`

describe('an ssh_config', () => {
  it('becomes the hosts of a lab file, with how to get their keys', () => {
    const { hosts, fileNotes, yaml, notes } = importSshConfig(CONFIG, 'me')
    expect(
      hosts.map(({ id, host, port, user, keyFile, agent, jump }) => [id, host, port, user, keyFile ?? agent, jump]),
    ).toEqual([
      ['pve', '100.64.0.7', 22, 'root', '~/.ssh/lab', 'gate'],
      ['gate', 'gate.example', 22, 'engineer', true, undefined],
      ['edge', '192.168.1.5', 2222, 'engineer', '~/.ssh/edge', undefined],
      ['edge-node', '192.168.1.5', 2222, 'engineer', true, undefined],
      ['juulink-edge-1', '192.168.1.5', 2222, 'engineer', true, undefined],
    ])
    expect(fileNotes).toEqual(['Include ~/.ssh/conf.d/* is not followed: paste what is in those files, too'])
    expect(notes).toEqual([])
    expect(yaml).toContain('    jump: gate\n    hostKey: # ssh-keyscan -t ed25519 100.64.0.7\n')
    expect(yaml).toContain('    hostKey: # ssh-keyscan -t ed25519 -p 2222 192.168.1.5\n')
    const entries = (parse(yaml) as { hosts: Record<string, unknown>[] }).hosts
    for (const entry of entries)
      expect(HostSchema.safeParse({ ...entry, hostKey: 'SHA256:x' }).error?.message).toBeUndefined()
  })

  it('runs nothing and looks nothing up', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'ssh-config-')), 'ran')
    const { hosts, fileNotes } = importSshConfig(
      `CanonicalizeHostName yes\nHost a\n  CanonicalizeHostName yes\n  CanonicalDomains x.invalid y.invalid\nMatch exec "touch ${file}"\n  User root\nMatch host a exec "touch ${file}"\n  User root\nMatch final\n User b\nMatch localuser root\n  User c`,
      'me',
    )
    expect(existsSync(file)).toBe(false)
    expect(hosts).toEqual([{ id: 'a', host: 'a', port: 22, user: 'me', agent: true }])
    expect(fileNotes.filter((note) => note.startsWith('Match'))).toHaveLength(4)
    expect(fileNotes.filter((note) => note.startsWith('Canonical'))).toHaveLength(2)
  })

  it.each([
    ['a quote that never ends', 'Host "a\n', 'Unexpected line break'],
    ['a Match without a value', 'Match host\n', 'Missing value for match criteria host'],
    ['many wildcards', `Host ${'a*'.repeat(20)}b\nHost ${'a'.repeat(200)}\n`, 'too many *'],
    [
      'what a regular expression never gets through',
      `Host ${'?'.repeat(40)}x\nHost ${'a'.repeat(40)}\n`,
      'many * and ?',
    ],
    [
      'many of them',
      `${'Host *a*a*b\n'.repeat(400)}Host ${Array.from({ length: 40 }, (_, n) => 'a'.repeat(200 + n)).join(' ')}\n`,
      'many * and ?',
    ],
    ['many hosts', Array.from({ length: 600 }, (_, n) => `Host h${n}`).join('\n'), 'more than 500'],
    ['a book', 'a'.repeat(70_000), '70000 characters'],
  ])('is refused at once: %s', (_, text, message) => {
    expect(() => importSshConfig(text, 'me')).toThrowError(message)
  })

  it('takes no option for more than a word', () => {
    const { hosts, fileNotes } = importSshConfig('Host a\n  __proto__ x\n  constructor y\n  Us\u0000er z', 'me')
    expect(hosts).toEqual([{ id: 'a', host: 'a', port: 22, user: 'me', agent: true }])
    expect(fileNotes).toHaveLength(2)
    expect(importSshConfig('', 'me')).toEqual({
      ...{ hosts: [], notes: [], yaml: '' },
      fileNotes: ['it names no host: only patterns, or nothing'],
    })
  })

  it('with many names is read within a moment', () => {
    const text = Array.from({ length: 490 }, (_, n) => `Host h${n}x*y*z*\n  User u${n}`).join('\n')
    const startMs = performance.now()
    importSshConfig(`${text}\nHost ${'h'.repeat(250)}\nHost q`, 'me')
    expect(performance.now() - startMs).toBeLessThan(5000)
  })
})
