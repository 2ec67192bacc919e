import { describe, expect, it } from 'vitest'
import { fpingArgv, parseFpingLine } from './fping'

describe('fping -D -l', () => {
  it('is read as rows of a probe', () => {
    expect(parseFpingLine('[1763629343.123456] 192.168.100.2 : [12], 64 bytes, 45.6 ms (44.0 avg, 0% loss)')).toEqual([
      ...[0, 1763629343123.456, 13, 45.6, null, 64],
    ])
    expect(parseFpingLine('[1763629344.5] 192.168.100.2 : [13], timed out (44.0 avg, 7% loss)')).toEqual([
      ...[1, 1763629344500, 14, null, null, null],
    ])
    expect(parseFpingLine('[1763629343.12345] 10.0.0.1 : [65535], 84 bytes, 0.412 ms (0.4 avg, 0% loss)')?.[2]).toBe(0)
  })

  it.each(['', '192.168.100.2 : xmt/rcv/%loss = 3/3/0%', 'x'.repeat(9000), '[1763629343.1] a : [1], 64 bytes'])(
    'leaves other lines alone',
    (line) => expect(parseFpingLine(line)).toBeNull(),
  )

  it('asks for whole milliseconds', () => {
    expect(fpingArgv({ address: '192.168.100.2' }, 0.4)).toEqual(['fping', '-D', '-l', '-p', '1', '192.168.100.2'])
  })
})
