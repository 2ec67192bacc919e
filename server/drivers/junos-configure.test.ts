import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { ExecResult } from '../transport/remote'
import { planDesired } from './desired'
import { configureOutcome, configurePolicy, policiesIn } from './junos-configure'
import { revertScript } from './revert'
import { testLab } from './test-lab'

const lab = testLab()
const policy = { fromZone: 'lan', toZone: 'wan', name: 'failover-lab-r1-set' }
const absent = { kind: 'policy-absent', node: 'node1', ...policy } as const

describe('a change of the configuration', () => {
  it('gives the CLI the lines that an engineer would type', () => {
    const [, , script = '', name, ...lines] = configurePolicy(lab, 'set', policy)
    expect(script).toBe('printf "%s\\n" "$@" | cli')
    const typed = execFileSync('sh', ['-c', script.replace('| cli', '| cat'), String(name), ...lines]).toString()
    expect(typed).toBe(`configure
set security policies from-zone lan to-zone wan policy failover-lab-r1-set match source-address any destination-address any application any
set security policies from-zone lan to-zone wan policy failover-lab-r1-set then permit
commit
exit
exit
`)
    expect(configurePolicy(lab, 'delete', policy)).toContain(
      'delete security policies from-zone lan to-zone wan policy failover-lab-r1-set',
    )
  })

  it.each([
    ['Entering configuration mode\ncommit complete\nExiting configuration mode\n', 'committed'],
    [
      'Entering configuration mode\r\nnode0:\r\nconfiguration check succeeds\r\nnode1:\r\ncommit complete\r\n',
      'committed',
    ],
    ['error: configuration database is not writable (secondary node)\n', 'not-writable'],
    // What follows a refusal cannot make it a change.
    [
      'error: configuration database is not writable (secondary node)\nerror: unknown command: set security\n',
      'not-writable',
    ],
    ['Entering configuration mode\nerror: commit failed: policy without then\n', 'failed'],
    ['error: unknown command: configure\n', 'failed'],
    ['error: connection to bpfrxd lost\n', null],
    ['cli — connected to bpfrxd (uptime: 5s)\nType "?" for help\n', null],
    ['', null],
  ])('%j is %s', (text, outcome) => {
    expect(configureOutcome(text)).toBe(outcome)
  })
})

describe('the policies in an answer', () => {
  it.each([
    ['', []],
    ['\n\r\n', []],
    ['            policy failover-lab-r1-set {\n', ['failover-lab-r1-set']],
    ['{primary:node0}\n    policy a {\r\n    policy b;\r\n', ['a', 'b']],
    ['set security policies from-zone lan to-zone wan policy a then permit\n', ['a']],
  ])('%j: %j', (text, names) => {
    expect([...(policiesIn(text) ?? ['unread'])]).toEqual(names)
  })

  it.each([
    'error: unknown command: show configuration | match failover-lab-r1-set\n',
    'show configuration | match failover-lab-r1-set\n',
    '\u001b[2J!!§$%\n',
  ])('%j cannot be read', (text) => {
    expect(policiesIn(text)).toBeNull()
  })
})

describe('a policy that must be gone', () => {
  const result = (stdout: string, exitCode = 0) => ({ stdout, exitCode }) as ExecResult
  const { check, isMet, apply } = planDesired(lab, absent)

  it('is gone only when its node has said so', () => {
    expect(check).toEqual({
      place: { instance: 'fw1' },
      argv: ['cli', '-c', 'show configuration | match failover-lab-r1-set'],
    })
    expect(isMet(result(''))).toBe(true)
    expect(isMet(result('policy failover-lab-r1-set {\n'))).toBe(false)
    expect(isMet(result('', 1))).toBe(false)
    expect(isMet(result('error: no such command\n'))).toBe(false)
    expect(apply.map(({ place }) => place)).toEqual([{ instance: 'fw0' }, { instance: 'fw1' }])
  })

  it.each([
    [':', 'restored'],
    ['echo "  policy failover-lab-r1-set {"', 'gave up'],
    ['echo cannot connect >&2; exit 1', 'gave up'],
  ])('the revert script takes %j for %s', (cli, said) => {
    const script = revertScript(lab, 'r1', [absent])
      .replaceAll(' 30 ]', ' 1 ]')
      .replace(/^timeout .*pkill.*$|^timeout .*END_ORPHANS.*$/gm, ':')
    const functions = `sh() { :; }\nincus() { shift 3; "$@"; }\ncli() { ${cli}; }\nsleep() { :; }\ntimeout() { shift 3; "$@"; }\n`
    const printed = execFileSync('sh', ['-c', `${functions}${script.slice(0, script.indexOf('\nexit '))}`]).toString()
    expect(printed).toContain(said)
  })
})
