import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { releaseLeaseArgv, requestLeaseArgv } from './dhcp'
import { parseDhclientLine, parseDhcpPacket, parseLeases } from './dhcp-parse'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
const lines = (name: string) => fixture(name).trimEnd().split('\n')

describe('the lease file', () => {
  const text = fixture('dhclient-leases.txt')
  const last = { address: '10.0.60.195', routers: ['10.0.60.1', '10.0.60.2'], server: '10.0.60.1', leaseS: 7200 }

  it('is read to its last lease, whatever ends its lines', () => {
    expect(parseLeases(text)).toEqual(last)
    expect(parseLeases(text.replaceAll('\n', '\r\n'))).toEqual(last)
  })

  it('that was cut off in its last lease says nothing, nor does an empty or strange one', () => {
    expect(parseLeases(text.slice(0, -4))).toBeNull()
    expect(parseLeases('')).toBeNull()
    expect(parseLeases('lease {\n  fixed-address 300.1.2.3;\n}\n')).toBeNull()
    expect(parseLeases('lease {\n  fixed-address 10.0.0.9;\n}\n')).toEqual({
      ...{ address: '10.0.0.9', routers: [], server: null, leaseS: null },
    })
  })

  it('of any content is read without an exception', () => {
    const piece = fc.constantFrom(
      'lease {\n',
      '}\n',
      '  fixed-address 10.0.0.1;\n',
      '  option routers x;\n',
      '\r',
      '\t',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (parts) => {
        const lease = parseLeases(parts.join(''))
        expect(lease === null || lease.address !== '').toBe(true)
      }),
    )
  })
})

describe('dhclient -v', () => {
  const kinds = (name: string) =>
    lines(name)
      .map((line) => parseDhclientLine(line).kind)
      .filter((kind) => kind !== 'other')

  it('says when it asks, is bound, or gives up', () => {
    expect(kinds('dhclient-bound.txt')).toEqual(['asking', 'asking', 'bound'])
    expect(kinds('dhclient-silence.txt')).toEqual(['asking', 'asking', 'no-answer'])
    expect(parseDhclientLine('bound to 10.0.60.194 -- renewal in 1786 seconds.\r')).toEqual({
      ...{ kind: 'bound', address: '10.0.60.194' },
    })
    expect(parseDhclientLine('bound to 10.0.60.999 -- renewal in 1 seconds.').kind).toBe('other')
  })
})

describe('captured DHCP', () => {
  it('tells requests from replies, and who sent them', () => {
    const packets = lines('tcpdump-dhcp.txt').map(parseDhcpPacket)
    expect(packets.map((packet) => packet?.message)).toEqual([
      ...['request', 'reply', 'request', 'reply', 'request', 'request', 'request'],
    ])
    expect(packets[1]).toEqual({ message: 'reply', stampMs: 1795691996585.319, mac: '02:bf:72:00:00:03' })
    expect(parseDhcpPacket('listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes')).toBeNull()
    expect(fixture('tcpdump-e.txt').split('\n').map(parseDhcpPacket).filter(Boolean)).toEqual([])
  })
})

describe('what is run', () => {
  /** A dhclient that writes down how it was called. */
  const inDirectory = (
    code: number,
    use: (dir: string, run: (argv: string[]) => number, calls: () => string) => void,
  ) => {
    const dir = mkdtempSync(join(tmpdir(), 'failover-lab-dhcp-'))
    writeFileSync(join(dir, 'dhclient'), `#!/bin/sh\necho "$@" >>"${dir}/calls"\nexit ${code}\n`)
    chmodSync(join(dir, 'dhclient'), 0o755)
    const files = join(dir, 'files')
    const run = ([program = '', ...argv]: string[]) => {
      try {
        execFileSync(
          program,
          argv.map((word) => (word === '/run/failover-lab-dhcp' ? files : word)),
          {
            env: { ...process.env, PATH: `${dir}:${process.env.PATH}` },
          },
        )
        return 0
      } catch (error) {
        return (error as { status: number }).status
      }
    }
    use(files, run, () => (existsSync(join(dir, 'calls')) ? readFileSync(join(dir, 'calls'), 'utf8') : ''))
    rmSync(dir, { recursive: true })
  }

  it('asks with an identity of its own and applies nothing; releases what was given, and only that', () => {
    inDirectory(0, (files, run, calls) => {
      expect(run(releaseLeaseArgv('eth0'))).toBe(0)
      expect(run(requestLeaseArgv('eth0', 11.2))).toBe(0)
      expect(readFileSync(join(files, 'conf'), 'utf8')).toBe(
        'timeout 12;\nsend dhcp-client-identifier "failover-lab";\n',
      )
      expect(calls()).toMatch(/^-1 -d -v .*-sf \/bin\/true eth0\n$/)
      expect(run(releaseLeaseArgv('eth0'))).toBe(0)
      expect(calls()).not.toMatch(/ -r |^-r /m)
      expect(existsSync(files)).toBe(false)
      run(requestLeaseArgv('eth0', 11))
      writeFileSync(join(files, 'leases'), fixture('dhclient-leases.txt'))
      expect(run(releaseLeaseArgv('eth0'))).toBe(0)
      expect(calls()).toMatch(/\n-r -v .*-sf \/bin\/true eth0\n$/)
      expect(existsSync(files)).toBe(false)
    })
  })

  it('keeps a lease that could not be released, to be tried again', () => {
    inDirectory(1, (files, run) => {
      expect(run(requestLeaseArgv('eth0', 11))).toBe(1)
      writeFileSync(join(files, 'leases'), fixture('dhclient-leases.txt'))
      expect(run(releaseLeaseArgv('eth0'))).toBe(1)
      expect(existsSync(join(files, 'leases'))).toBe(true)
    })
  })
})
