import { describe, expect, it } from 'vitest'
import { commandName, LineBuffer, splitAtMatches } from './output-lines'

const piece = (cursor: string, text: string, commandId = 'c1', from: 'stdout' | 'stderr' = 'stdout') => ({
  cursor,
  commandId,
  from,
  atMs: null,
  text,
})

const outputLines = (...batches: ReturnType<typeof piece>[][]) => {
  const buffer = new LineBuffer()
  for (const batch of batches) buffer.append(batch)
  return buffer.lines
}

describe('raw output', () => {
  it('puts a line together that came in pieces, and keeps streams apart', () => {
    const lines = outputLines([piece('1', 'Clus'), piece('2', 'oops\n', 'c1', 'stderr'), piece('3', 'ter ID: 1\nNode')])
    expect(lines.map((l) => [l.from, l.text])).toEqual([
      ['stdout', 'Cluster ID: 1'],
      ['stderr', 'oops'],
      ['stdout', 'Node'],
    ])
  })

  it('keeps empty lines and ends without one too many', () => {
    expect(outputLines([piece('1', 'a\n\nb\n')]).map((l) => l.text)).toEqual(['a', '', 'b'])
  })

  it('goes on with an unfinished line in the next page, and forgets the oldest when told', () => {
    const page = [piece('1', 'one\ntw')]
    expect(outputLines(page, [piece('2', 'o\nthree\n')]).map((l) => l.text)).toEqual(['one', 'two', 'three'])
    const buffer = new LineBuffer()
    buffer.append([piece('1', Array.from({ length: 30 }, (_, i) => `${i}\n`).join(''))])
    buffer.keep(10)
    expect(buffer.lines.map((l) => l.text)).toEqual(Array.from({ length: 10 }, (_, i) => String(20 + i)))
  })

  it('finds every match, upper or lower case', () => {
    expect(splitAtMatches('Node node0', 'NODE')).toEqual(['', 'Node', ' ', 'node', '0'])
    expect(splitAtMatches('a.b', '.')).toEqual(['a', '.', 'b'])
    expect(splitAtMatches('abc', '')).toEqual(['abc'])
  })

  it('names a command without its wrapping', () => {
    const argv = ['incus', 'exec', 'bpfrx-fw0', '--', 'cli', '-c', 'show version']
    expect(commandName({ place: { instance: 'bpfrx-fw0' }, argv })).toBe('bpfrx-fw0: cli -c show version')
    expect(commandName({ place: { host: 'incus' }, argv: ['date'] })).toBe('incus: date')
    const wrapped = 'timeout -k 2 -s INT 6 env RUN=7/x incus exec lan -- timeout -s INT 6 env RUN=7/x ping -c 3 8.8.8.8'
    expect(commandName({ place: { instance: 'lan' }, argv: wrapped.split(' ') })).toBe('lan: ping -c 3 8.8.8.8')
    const script = ['timeout', '6', 'sh', '-c', 'dir=$1\nls "$dir"']
    expect(commandName({ place: { host: 'incus' }, argv: script })).toBe('incus: sh -c dir=$1 …')
  })
})
