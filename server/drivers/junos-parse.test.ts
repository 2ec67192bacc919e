import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfiguration, parseConfiguredInterfaces } from './junos-config-parse'
import { configureOutcome, policiesIn } from './junos-configure'
import {
  ownFlowSessions,
  parseClusterInformation,
  parseClusterInterfaces,
  parseClusterStatus,
  parseFlowSessions,
  parseVersion,
} from './junos-parse'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const fixture = (name: string) => readFileSync(join(FIXTURES, name), 'utf8')
const statusOf = (text: string) => {
  const answer = parseClusterStatus(text)
  if (answer.kind !== 'status') throw new Error(`${answer.kind}: ${'reason' in answer ? answer.reason : ''}`)
  return answer.status
}

describe('show chassis cluster status', () => {
  it('reads bpfrx behind its greeting, with notes, codes and a vanished peer', () => {
    const status = statusOf(fixture('status-bpfrx-feb.txt'))
    expect(status).toMatchObject({ clusterId: 1, localNode: 'node0', unparsed: [] })
    expect(status.groups).toHaveLength(2)
    expect(status.groups[1]).toEqual({
      redundancyGroup: 1,
      failoverCount: 4,
      nodes: [
        {
          node: 'node0',
          priority: 200,
          state: 'secondary-hold',
          stateText: 'secondary-hold',
          preempt: true,
          manual: true,
          monitorFailures: ['IF', 'CS'],
        },
      ],
    })
  })

  it('reads lines between rows, the local node first, and a note with blanks', () => {
    const status = statusOf(fixture('status-local-node1.txt'))
    expect(status).toMatchObject({ localNode: 'node1', softwareVersion: '0.9.1-alpha', peerSoftwareVersion: null })
    expect(status.unparsed).toEqual(['Held secondary: waiting for the peer'])
    expect(status.groups[0]?.nodes.map(({ node, state, stateText }) => [node, state, stateText])).toEqual([
      ['node1', 'primary', 'primary'],
      ['node0', 'secondary-hold', 'secondary-hold (local: waiting for peer sync)'],
    ])
  })

  it('reads old Junos: prompt, Title case, Manual failover column, lost peer with n/a', () => {
    const status = statusOf(fixture('status-old-junos.txt'))
    expect(status.unparsed).toEqual([])
    expect(status.groups.map(({ redundancyGroup }) => redundancyGroup)).toEqual([0, 1])
    expect(status.groups[1]?.nodes[0]).toMatchObject({ node: 'node1', state: 'lost', preempt: null, manual: null })
  })

  it.each(['\r\n', '\n'])('takes line ends %j, tabs for blanks and no blank lines', (end) => {
    const text = fixture('status-bpfrx-feb.txt').replace(/\n+/g, end).replace(/ {3,}/g, '\t')
    expect(statusOf(text).groups.map(({ nodes }) => nodes.length)).toEqual([2, 1])
  })

  it('keeps a state that it has not met, with its text', () => {
    const text = fixture('status-bpfrx-feb.txt').replace('secondary-hold', 'quarantined ')
    expect(statusOf(text).groups[1]?.nodes[0]).toMatchObject({ state: 'unknown', stateText: 'quarantined' })
  })

  it('says what an unclustered device says', () => {
    expect(parseClusterStatus('error: Chassis cluster is not enabled.\n').kind).toBe('not-clustered')
  })

  it.each([
    ['nothing at all', ''],
    ['an error', 'error: syntax error, expecting <command>: status'],
    ['a shell that knows no cli', 'bash: cli: command not found'],
  ])('is garbled for %s', (_, text) => {
    expect(parseClusterStatus(text).kind).toBe('garbled')
  })

  it('never takes a cut-off table for a cluster with fewer nodes or codes', () => {
    const text = fixture('status-bpfrx-feb.txt').trimEnd()
    const whole = JSON.stringify(statusOf(text).groups)
    const rowsFrom = text.indexOf('Redundancy group: 0')
    for (let length = 0; length < text.length; length++) {
      const answer = parseClusterStatus(text.slice(0, length))
      if (answer.kind !== 'status') continue
      // what is left is a prefix of the truth, ending at a row's end; everything in it stands in the whole table
      expect(length).toBeGreaterThan(rowsFrom)
      for (const group of answer.status.groups)
        for (const row of group.nodes)
          if (row.monitorFailures.length === 0 || row.monitorFailures.length === 2)
            expect(whole).toContain(JSON.stringify(row))
    }
  })

  it('is garbled when a group or a node appears twice', () => {
    const text = fixture('status-bpfrx-feb.txt')
    expect(parseClusterStatus(text + text)).toMatchObject({ kind: 'garbled', reason: /listed twice/ })
  })
})

describe('show chassis cluster interfaces', () => {
  it('reads links, RETHs and monitored interfaces; a cut-off row stays verbatim', () => {
    expect(parseClusterInterfaces(fixture('interfaces-bpfrx.txt'))).toEqual({
      controlLinkUp: true,
      fabricLinkUp: false,
      reths: [
        { name: 'reth0', up: true, redundancyGroup: 1 },
        { name: 'reth1', up: false, redundancyGroup: null },
      ],
      monitored: [
        { name: 'ge-0/0/1', weight: 255, up: true, redundancyGroup: 1 },
        { name: 'ge-7/0/1', weight: 128, up: false, redundancyGroup: 2 },
      ],
      unparsed: ['    ge-7/0/2          255'],
    })
  })

  it('knows nothing of a device that said nothing', () => {
    expect(parseClusterInterfaces('')).toMatchObject({ controlLinkUp: null, fabricLinkUp: null, reths: [] })
  })
})

describe('show chassis cluster information', () => {
  it('reads weights under node headers and keeps the history', () => {
    const { weights, unparsed } = parseClusterInformation(fixture('information-junos.txt'))
    expect(weights).toEqual([
      { node: 'node0', redundancyGroup: 0, weight: 255, priority: null },
      { node: 'node0', redundancyGroup: 1, weight: 0, priority: null },
      { node: 'node1', redundancyGroup: 0, weight: 128, priority: null },
    ])
    expect(unparsed).toHaveLength(3)
  })

  it('reads the fields of bpfrx', () => {
    expect(parseClusterInformation(fixture('information-bpfrx.txt'), 'asked').weights).toEqual([
      { node: 'node1', redundancyGroup: 0, weight: 255, priority: 100 },
      { node: 'node1', redundancyGroup: 1, weight: 0, priority: 100 },
    ])
  })
})

describe('show security flow session', () => {
  it('reads both shapes by node, with their translation; a session without its wing stays verbatim', () => {
    const { sessions, total, unparsed } = parseFlowSessions(fixture('sessions.txt'))
    expect(total).toBe(2)
    expect(
      sessions.map(({ node, id, protocol, source, natSource, haState }) => [
        node,
        id,
        protocol,
        source,
        natSource,
        haState,
      ]),
    ).toEqual([
      ['node0', '3', 'tcp', '10.0.60.102:40112', '172.16.50.6:1030', null],
      ['node0', '4', 'icmp', '10.0.60.102:811', null, null],
      ['node1', '17179901234', 'tcp', '10.0.60.102:40112', '172.16.50.6:1030', 'backup'],
      ['node1', '17179901235', 'tcp', '[2001:db8::12]:5000', null, 'active'],
    ])
    expect(sessions[0]).toMatchObject({ destination: '172.16.50.1:5201', state: 'ESTABLISHED' })
    expect(sessions.map(({ timeoutS }) => timeoutS)).toEqual([1800, 20, 7022, 12])
    const withUnit = fixture('sessions.txt').replace('Timeout: 20', 'Timeout: 20s')
    expect(parseFlowSessions(withUnit).sessions[1]?.timeoutS).toBe(20)
    expect(unparsed).toEqual([expect.stringContaining('17179901236')])
  })
})

describe('show version', () => {
  it.each([
    ['Hostname: fw\nModel: vSRX\nJunos: 24.4R1.9\n', { hostname: 'fw', model: 'vSRX', version: '24.4R1.9' }],
    ['JUNOS Software Release [12.1X47-D20.7]\n', { version: '12.1X47-D20.7' }],
    ['bpfrxd version 0.4.2\n', { version: '0.4.2' }],
    ['', { version: null, hostname: null, model: null }],
  ])('reads %j', (text, expected) => {
    expect(parseVersion(text)).toMatchObject(expected)
  })
})

const parsers = [
  parseClusterStatus,
  parseClusterInterfaces,
  parseClusterInformation,
  parseFlowSessions,
  parseVersion,
  parseConfiguration,
  parseConfiguredInterfaces,
  policiesIn,
  configureOutcome,
]

describe('untrusted bytes', () => {
  it('never throw, whatever is cut, repeated or mixed into real output', () => {
    const texts = readdirSync(FIXTURES).map(fixture)
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(...texts.flatMap((text) => text.split('\n'))),
        fc.string({ unit: 'binary', maxLength: 80 }),
      ),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(pieces, fc.constantFrom('\n', '\r\n', '\r', '\0'), (lines, end) => {
        for (const parse of parsers) parse(lines.join(end))
      }),
      { numRuns: 300, seed: 20 },
    )
  })

  it('take no more than linear time over 10 MB of anything', () => {
    const texts = [
      'node0  200      primary        no       no       None'.repeat(190_000),
      `node0  200  primary${' '.repeat(10_000_000)}x`,
      'node0  200      primary        no\n'.repeat(300_000),
      `${'Session ID: 1, '.repeat(270)}\n`.repeat(2500),
      `node0 200 hold ${'('.repeat(4000)}\n`.repeat(2500),
      `${'a-'.repeat(2000)}sessions: x\n`.repeat(2500),
      `  In: ${'1:1 --> '.repeat(500)}\n`.repeat(2500),
      'a{'.repeat(490_000),
      `${'a '.repeat(200_000)}{${'b;'.repeat(200_000)}}`,
    ]
    for (const text of texts)
      for (const parse of parsers) {
        const before = process.cpuUsage().user
        parse(text)
        expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(3)
      }
  }, 60_000)
})

describe('a node’s own sessions', () => {
  const block = (node: string, source: string) =>
    `${node}:\n${'-'.repeat(74)}\nSession ID: 3, Policy: allow-all, State: Established, Timeout: 5\n  In: ${source} --> 8.8.8.8:443;tcp, Zone: lan -> wan\nTotal sessions: 1\n`
  const both = block('node0', '10.0.60.102:1') + block('node1', '10.0.60.102:2')

  it.each([
    ['node0', ['10.0.60.102:1']],
    ['node1', ['10.0.60.102:2']],
  ])('%s', (node, sources) => {
    expect(ownFlowSessions(both, node)?.map(({ source }) => source)).toEqual(sources)
  })

  it('an empty table is an answer, the other node’s alone, an error or nothing is none', () => {
    expect(ownFlowSessions('node1:\nTotal sessions: 0\n', 'node1')).toEqual([])
    expect(ownFlowSessions('Total sessions: 0\n', 'node1')).toEqual([])
    expect(ownFlowSessions(block('node0', '10.0.60.102:1'), 'node1')).toBeNull()
    expect(ownFlowSessions('error: timeout\n', 'node1')).toBeNull()
    expect(ownFlowSessions('', 'node1')).toBeNull()
  })
})
