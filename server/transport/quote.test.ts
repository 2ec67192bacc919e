import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote } from './quote'

const printed = (argv: string[]): string[] => {
  // Every argument comes out with its end marked, so that none can hide in another.
  const script = quote(['sh', '-c', `for a; do printf '%s\\0' "$a"; done`, 'sh', ...argv])
  return execFileSync('sh', ['-c', script]).toString('utf8').split('\0').slice(0, -1)
}

const LONE_SURROGATE = /\p{Surrogate}/u

const argument = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && !LONE_SURROGATE.test(text)),
  fc.constantFrom(
    "'",
    "''",
    '"',
    '\\',
    '$HOME',
    '`id`',
    '$(id)',
    '\n',
    ' ',
    '',
    '-n',
    '*',
    '~',
    '!!',
    'a=b',
    '#x',
    '\r\n',
  ),
)

describe('quote', () => {
  it('brings any argument through a real sh unchanged', () => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 12 }), (argv) => {
        expect(printed(argv)).toEqual(argv)
      }),
      { numRuns: 150 },
    )
  })

  it('makes every first word a command, never an assignment or a construct', () => {
    const run = (word: string) => {
      try {
        execFileSync('sh', ['-c', quote([word])], { stdio: 'pipe' })
        return 0
      } catch (error) {
        return (error as { status: number }).status
      }
    }
    for (const word of ['A=1', 'if', 'while', '{', '!', 'case', '~/x']) expect([word, run(word)]).toEqual([word, 127])
  })

  it('keeps plain words readable', () => {
    expect(quote(['incus', 'exec', 'fw0', '--', 'cli', '-c', "show it's"])).toBe(
      `incus exec fw0 -- cli -c 'show it'\\''s'`,
    )
  })

  it('refuses NUL and nothing', () => {
    expect(() => quote(['a\0b'])).toThrow(/NUL/)
    expect(() => quote(['a', '\0'])).toThrow(/NUL/)
    expect(() => quote([])).toThrow(/empty/)
    expect(() => quote([''])).toThrow(/empty/)
  })
})
