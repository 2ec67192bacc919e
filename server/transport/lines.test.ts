import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines } from './lines'

const LONE_SURROGATE = /\p{Surrogate}/u
const text = fc.string({ unit: 'binary' }).filter((line) => !LONE_SURROGATE.test(line))

function split(chunks: Uint8Array[], maxLength?: number): string[] {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line), maxLength)
  for (const chunk of chunks) splitter.write(chunk)
  splitter.end()
  return lines
}

const bytes = (line: string) => new TextEncoder().encode(line)

describe('splitLines', () => {
  it('gives the same lines wherever the chunks are cut', () => {
    const lines = fc.array(text.map((line) => line.replace(/[\r\n]/g, '')))
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(9)), (wanted, newline, cuts) => {
        const whole = bytes(wanted.map((line) => line + newline).join(''))
        const chunks: Uint8Array[] = []
        let from = 0
        for (const length of cuts) {
          chunks.push(whole.subarray(from, from + length))
          from += length
        }
        expect(split([...chunks, whole.subarray(from)])).toEqual(wanted)
      }),
    )
  })

  it('hands on a last line without an end, and no empty one', () => {
    expect(split([bytes('a\nb')])).toEqual(['a', 'b'])
    expect(split([bytes('a\n')])).toEqual(['a'])
  })

  it('cuts a long line into pieces that are the line, and no character in two', () => {
    const smiles = '😀'.repeat(10)
    const pieces = split([bytes(`${smiles}\nnext\n`)], 5)
    expect(pieces.join('')).toBe(`${smiles}next`)
    expect(pieces.every((piece) => piece.length <= 5 && !LONE_SURROGATE.test(piece))).toBe(true)
  })

  it('never holds more than a line of a flood without a newline', () => {
    let longest = 0
    const splitter = splitLines((line) => {
      longest = Math.max(longest, line.length)
    })
    for (let i = 0; i < 100; i++) splitter.write(new Uint8Array(65_536).fill(120))
    splitter.end()
    expect(longest).toBe(65_536)
  })

  it('shows bytes that are no UTF-8', () => {
    expect(split([new Uint8Array([0x61, 0xff, 0x62, 0x0a])])).toEqual(['a\ufffdb'])
  })
})
