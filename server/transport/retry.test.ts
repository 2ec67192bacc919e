import { describe, expect, it } from 'vitest'
import { redact, secretsOf } from './redact'
import { retry } from './retry'
import { failure } from './test-server'

const fast = { attempts: 3, firstDelayMs: 1, maxDelayMs: 2 }

describe('retry', () => {
  it('gives the first success and the last error', async () => {
    expect(await retry(async (n) => (n === 3 ? 'ok' : Promise.reject(new Error(String(n)))), fast)).toBe('ok')
    await expect(retry(async (n) => Promise.reject(new Error(String(n))), fast)).rejects.toThrow('3')
  })

  it('does not try again what will not go away, nor after a cancel', async () => {
    let tries = 0
    const fail = async () => Promise.reject(new Error(String(++tries)))
    await expect(retry(fail, { ...fast, isWorthRetrying: () => false })).rejects.toThrow('1')
    const waiting = retry(fail, { ...fast, firstDelayMs: 9000, maxDelayMs: 9000, signal: AbortSignal.timeout(20) })
    expect((await failure(waiting)).code).toBe('cancelled')
    expect((await failure(retry(fail, { ...fast, signal: AbortSignal.abort() }))).code).toBe('cancelled')
  })
})

describe('redact', () => {
  it('hides what the lab names and what looks like a secret', () => {
    const host = { id: 'a', host: 'a', port: 22, user: 'u', hostKey: 'SHA256:x', passwordEnv: 'PW' }
    const secrets = secretsOf([host, { ...host, passwordEnv: undefined }], { PW: 'hunter22' })
    expect(secrets).toEqual(['hunter22'])
    expect(redact('login hunter22 password=abc ssh://u:pw@host', secrets)).toBe(
      'login ••• password=••• ssh://u:•••@host',
    )
    expect(redact('x\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\ny')).toBe(
      'x\n•••\ny',
    )
  })
})
