import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROBE_KINDS } from '../domain/sample'
import { formatPingLine, type PingHeader, parsePingLine } from './ping-parse'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const header: PingHeader = { target: '10.77.0.2', dataBytes: 56 }
const kind = (name: (typeof PROBE_KINDS)[number]) => PROBE_KINDS.indexOf(name)

const recordings = readdirSync(FIXTURES).filter((name) => name.startsWith('ping-') && !name.endsWith('-sent.txt'))

describe('recordings of iputils 20221126', () => {
  it.each(recordings)('%s: every line is known, every exact sample rebuilds its line', (name) => {
    const lines = readFileSync(join(FIXTURES, name), 'utf8').split('\n')
    let read: PingHeader | null = null
    let samples = 0
    for (const line of lines) {
      const parsed = parsePingLine(line, read)
      expect([parsed.kind, line]).not.toEqual(['unparsed', line])
      if (parsed.kind === 'header') read = parsed.header
      if (parsed.kind !== 'sample') continue
      samples++
      expect(parsed.exact).toBe(!line.includes('Unreachable'))
      if (parsed.exact && read) expect(formatPingLine(read, parsed.row)).toBe(line)
    }
    expect(samples).toBeGreaterThan(30)
  })
})

describe('single lines', () => {
  const parse = (line: string) => parsePingLine(line, header)

  it('reads a reply, its duplicate and a missing answer', () => {
    const reply = '[1700000000.000123] 64 bytes from 10.77.0.2: icmp_seq=7 ttl=63 time=12.3 ms'
    const row = [kind('reply'), 1700000000000.123, 7, 12.3, 63, 64]
    expect(parse(reply)).toEqual({ kind: 'sample', row, exact: true })
    expect(parse(`${reply} (DUP!)`)).toMatchObject({ row: [kind('duplicate'), ...row.slice(1)], exact: true })
    expect(parse('[1700000000.000123] no answer yet for icmp_seq=0')).toEqual({
      kind: 'sample',
      row: [kind('no-answer'), 1700000000000.123, 0, null, null, null],
      exact: true,
    })
  })

  it('counts an unreachable host, keeping the line: the row does not name who said it', () => {
    const line = '[1700000000.000123] From 10.77.0.1 icmp_seq=11 Destination Host Unreachable'
    const rowOf = (text: string) => {
      const parsed = parse(text)
      return parsed.kind === 'sample' && !parsed.exact && parsed.row
    }
    expect(rowOf(line)).toEqual([kind('unreachable'), 1700000000000.123, 11, null, null, null])
    expect(rowOf(line.replace('Destination Host Unreachable', 'Time to live exceeded'))).toContain(kind('other'))
  })

  it('takes a damaged reply for no answer, and one from elsewhere for an answer; both stay verbatim', () => {
    const from = (who: string, note: string) => {
      const line = parse(`[1700000000.000123] 64 bytes from ${who}: icmp_seq=7 ttl=63 time=12.3 ms${note}`)
      return line.kind === 'sample' && [line.row[0], line.exact]
    }
    expect(from('10.77.0.2', ' (BAD CHECKSUM!)')).toEqual([kind('other'), false])
    expect(from('10.77.0.9', ' (DIFFERENT ADDRESS!)')).toEqual([kind('other'), false])
    expect(from('10.77.0.9', '')).toEqual([kind('reply'), false])
  })

  it.each([
    ['ping: cannot flood; minimal interval allowed for user is 2ms', true],
    ['ping: connect: Network is unreachable', true],
    ['ping: nosuch.invalid: Name or service not known', true],
    ['ping: sendmsg: Network is unreachable', false],
    ['ping: sendmsg: Operation not permitted', false],
    ['Warning: time of day goes back (-2003us), taking countermeasures', false],
  ])('%s', (line, fatal) => {
    expect(parse(line)).toMatchObject({ kind: 'error', fatal })
  })

  it.each([
    '',
    '--- 10.77.0.2 ping statistics ---',
    '69 packets transmitted, 50 received, +12 errors, 27.5362% packet loss, time 8980ms',
    'rtt min/avg/max/mdev = 0.026/112.688/1031.628/262.147 ms, pipe 12',
  ])('summary: %s', (line) => {
    expect(parse(line)).toEqual({ kind: 'summary' })
  })

  it.each([
    '64 bytes from 10.77.0.2: icmp_seq=7 ttl=63 time=12.3 ms',
    '[17000] no answer yet for icmp_seq=7',
    '[1700000000.000123] no answer yet for icmp_seq=70000',
    '[1700000000.000123] 64 bytes from 10.77.0.2: icmp_seq=7 ttl=63 ti',
  ])('keeps what it does not know: %s', (line) => {
    expect(parse(line)).toEqual({ kind: 'unparsed' })
  })

  it('keeps a line of 10 MB', () => {
    expect(parse('[1700000000.000123] '.repeat(500_000)).kind).toBe('unparsed')
  })
})

describe('lossless', () => {
  it('rebuilds every line that ping can print', () => {
    const rtt = fc.oneof(
      fc.integer({ min: 0, max: 999 }).map((n) => (n / 1000).toFixed(3)),
      fc.integer({ min: 100, max: 999 }).map((n) => (n / 100).toFixed(2)),
      fc.integer({ min: 100, max: 999 }).map((n) => (n / 10).toFixed(1)),
      fc.integer({ min: 100, max: 20_000 }).map(String),
    )
    const arbitrary = fc.record({
      s: fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }),
      us: fc.integer({ min: 0, max: 999_999 }),
      seq: fc.integer({ min: 0, max: 65_535 }),
      ttl: fc.integer({ min: 1, max: 255 }),
      rtt,
      shape: fc.constantFrom('reply', 'dup', 'none'),
    })
    fc.assert(
      fc.property(arbitrary, ({ s, us, seq, ttl, rtt: time, shape }) => {
        const stamp = `[${s}.${String(us).padStart(6, '0')}]`
        const line =
          shape === 'none'
            ? `${stamp} no answer yet for icmp_seq=${seq}`
            : `${stamp} 64 bytes from ${header.target}: icmp_seq=${seq} ttl=${ttl} time=${time} ms${shape === 'dup' ? ' (DUP!)' : ''}`
        const parsed = parsePingLine(line, header)
        expect(parsed).toMatchObject({ kind: 'sample', exact: true })
        if (parsed.kind === 'sample') expect(formatPingLine(header, parsed.row)).toBe(line)
      }),
      { numRuns: 2000, seed: 7 },
    )
  })

  it('never throws and never claims to rebuild what it cannot', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `[1700000000.000123] ${text}`),
    )
    fc.assert(
      fc.property(noise, (line) => {
        const parsed = parsePingLine(line, header)
        if (parsed.kind === 'sample' && parsed.exact) expect(formatPingLine(header, parsed.row)).toBe(line)
      }),
      { numRuns: 1000, seed: 8 },
    )
  })
})

describe('what the stamps mean', () => {
  const sentAt = (name: string) =>
    new Map(
      [...readFileSync(join(FIXTURES, name), 'utf8').matchAll(/^([\d.]+) IP .* seq (\d+),/gm)].map((match) => [
        Number(match[2]),
        Number(match[1]) * 1000,
      ]),
    )

  it.each([
    ['ping-outage.txt', 'ping-outage-sent.txt'],
    ['ping-outage-60ms.txt', 'ping-outage-60ms-sent.txt'],
  ])(
    '%s: "no answer yet" for N stands within 0.1 ms before the send of N+1; stamp − RTT is the send',
    (ping, capture) => {
      const sent = sentAt(capture)
      let checked = 0
      for (const line of readFileSync(join(FIXTURES, ping), 'utf8').split('\n')) {
        const parsed = parsePingLine(line, header)
        if (parsed.kind !== 'sample') continue
        const [code, stampMs = 0, seq = 0, rttMs] = parsed.row
        const actual = sent.get((seq ?? 0) + (code === kind('no-answer') ? 1 : 0))
        if (actual === undefined) continue
        checked++
        const claimed = (stampMs ?? 0) - (rttMs ?? 0)
        expect(Math.abs(actual - claimed)).toBeLessThan(0.15)
        if (code === kind('no-answer')) expect(actual).toBeGreaterThan(claimed)
      }
      expect(checked).toBeGreaterThan(100)
    },
  )
})
