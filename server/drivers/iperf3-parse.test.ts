import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SUM_SOCKET } from '../domain/sample'
import { Iperf3Parser } from './iperf3-parse'

const read = (name: string) => {
  const parser = new Iperf3Parser()
  const text = readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => parser.line(line, 1000))
}
const line = (text: string, ...before: string[]) => {
  const parser = new Iperf3Parser()
  for (const earlier of before) parser.line(earlier, 0)
  return parser.line(text, 5)
}
const TCP_TITLE = '[ ID] Interval           Transfer     Bitrate         Retr  Cwnd'

describe('recordings of iperf3 3.12', () => {
  it('knows every line of an upload that was cut for a second', () => {
    const lines = read('iperf3-cut.txt')
    expect(lines.filter(({ kind }) => kind === 'unparsed')).toEqual([])
    expect(lines.filter(({ kind }) => kind === 'socket')).toEqual([
      { kind: 'socket', socket: 5, local: '10.77.0.1:34132', remote: '10.77.0.2:5201' },
      { kind: 'socket', socket: 7, local: '10.77.0.1:34134', remote: '10.77.0.2:5201' },
    ])
    const sums = lines.flatMap((each) => (each.kind === 'interval' && each.row[0] === SUM_SOCKET ? [each.row] : []))
    expect(sums).toHaveLength(20)
    expect(sums[0]).toEqual([SUM_SOCKET, 0, 0.2, 1_048_576, 41_900_000, 0, 1000])
    expect(sums.filter(([, , , bytes]) => bytes === 0).map(([, fromS]) => fromS)).toEqual([1.4, 1.6, 1.8, 2, 2.2, 2.4])
    expect(lines.at(-1)).toEqual({ kind: 'done' })
  })

  it('reads a download: no retransmits but in the closing table, omitted intervals', () => {
    const lines = read('iperf3-download.txt')
    expect(lines.filter(({ kind }) => kind === 'unparsed')).toEqual([])
    const intervals = lines.flatMap((each) => (each.kind === 'interval' ? [each] : []))
    expect(intervals.filter(({ omitted }) => omitted)).toHaveLength(3)
    expect(intervals.every(({ row }) => row[5] === null)).toBe(true)
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: 'final', socket: SUM_SOCKET, role: 'sender', retransmits: 599 }),
    )
  })
})

describe('single lines', () => {
  it.each([
    ['512 KBytes', 512 * 1024, '21.0 Mbits/sec', 21e6],
    ['0.00 Bytes', 0, '0.00 bits/sec', 0],
    ['3.28 GBytes', Math.round(3.28 * 1024 ** 3), '14.1 Gbits/sec', 14.1e9],
    ['2.42 GBytes', Math.round(2.42 * 1024 ** 3), '20754516 Kbits/sec', 20_754_516_000],
  ])('%s at %s', (amount, bytes, rate, bitPerS) => {
    const text = `[  5]   0.00-1.00   sec  ${amount}  ${rate}   45    622 KBytes       `
    expect(line(text, TCP_TITLE)).toEqual({ kind: 'interval', row: [5, 0, 1, bytes, bitPerS, 45, 5], omitted: false })
  })

  it('does not take the datagrams of UDP for retransmits', () => {
    const text = '[  5]   0.00-0.50   sec   305 KBytes  5.00 Mbits/sec  216  '
    const title = '[ ID] Interval           Transfer     Bitrate         Total Datagrams'
    expect(line(text, TCP_TITLE, title)).toMatchObject({ row: [5, 0, 0.5, 312_320, 5e6, null, 5] })
  })

  it('tells a busy server from other errors', () => {
    expect(line('iperf3: error - the server is busy running a test. try again later')).toMatchObject({ busy: true })
    expect(line('iperf3: error - unable to connect to server: Connection refused')).toEqual({
      kind: 'error',
      message: 'unable to connect to server: Connection refused',
      busy: false,
    })
  })

  it('keeps lines that are cut off or huge', () => {
    expect(line('[  5]   0.00-0.50   sec   305 KBy').kind).toBe('unparsed')
    expect(line('[  5] '.repeat(2_000_000)).kind).toBe('unparsed')
  })

  it('never throws', () => {
    const parser = new Iperf3Parser()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void parser.line(`[  5]${text}`, 0)),
      { seed: 3 },
    )
  })
})
