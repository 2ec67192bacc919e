import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readEnv } from './env'

describe('readEnv', () => {
  it('needs nothing', () => {
    expect(readEnv({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      databaseUrl: 'file:./data/failover-lab.db',
      labs: 'embedded',
      publicUrl: 'http://127.0.0.1:3000',
      allowUnauthenticated: false,
    })
    expect(readEnv({ HOST: '', PORT: '' }).port).toBe(3000)
  })

  it.each([
    ['PORT', 'abc'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'mysql://x'],
    ['PUBLIC_URL', 'lab.example'],
    ['PUBLIC_URL', 'ftp://lab.example'],
    ['ALLOW_UNAUTHENTICATED', 'maybe'],
    ['HOST', '0.0.0.0'],
  ])('names %s when it is %s', (name, value) => {
    expect(() => readEnv({ [name]: value })).toThrow(new RegExp(`^${name}: `))
  })

  it('names every variable that is wrong', () => {
    expect(() => readEnv({ PORT: 'x', DATABASE_URL: 'y' })).toThrow(/PORT: .*\nDATABASE_URL: /)
  })

  it('listens elsewhere only when told that there are no accounts', () => {
    const env = readEnv({ HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: '1', PUBLIC_URL: 'https://lab.example/' })
    expect(env).toMatchObject({ host: '0.0.0.0', publicUrl: 'https://lab.example' })
    expect(readEnv({ HOST: '::', ALLOW_UNAUTHENTICATED: '1' }).publicUrl).toBe('http://localhost:3000')
    expect(readEnv({ HOST: '::1', PORT: '8080' }).publicUrl).toBe('http://[::1]:8080')
  })

  it('knows every variable of .env.example, with these defaults', () => {
    const lines = readFileSync('.env.example', 'utf8')
      .split('\n')
      .filter((line) => /^[A-Z_]+=/.test(line))
    const example = Object.fromEntries(lines.map((line) => line.split('=', 2)))
    expect(readEnv(example)).toEqual(readEnv({}))
  })
})
