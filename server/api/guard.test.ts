import { describe, expect, it } from 'vitest'
import { refusal } from './guard'

const LOCAL = { host: '127.0.0.1', port: 3000, publicUrl: 'http://127.0.0.1:3000' }

type Sent = { method?: string; host?: string; origin?: string; type?: string; length?: string; site?: string }

function check({ method = 'GET', host = '127.0.0.1:3000', origin, type, length, site }: Sent, rules = LOCAL) {
  const headers = new Headers({ host })
  if (origin !== undefined) headers.set('origin', origin)
  if (type !== undefined) headers.set('content-type', type)
  if (length !== undefined) headers.set('content-length', length)
  if (site !== undefined) headers.set('sec-fetch-site', site)
  return refusal({ method, headers }, rules)
}

describe('refusal', () => {
  it.each(['127.0.0.1:3000', 'localhost:3000', 'LOCALHOST:3000', '[::1]:3000'])('lets %s pass', (host) => {
    expect(check({ host })).toBeNull()
    expect(check({ host, origin: `http://${host}`, method: 'POST', type: 'application/json' })).toBeNull()
  })

  it.each([
    'evil.example',
    'evil.example:3000',
    '127.0.0.1',
    '127.0.0.1:3001',
    'localhost:80',
    'localhost:3000@evil.example',
    'localhost:3000.evil.example',
    'localhost.evil.example:3000',
    '10.0.0.5:3000',
    '',
    'a b',
    'localhost:3000/x',
  ])('refuses to be asked for as "%s" (DNS rebinding)', (host) => {
    const error = check({ host })
    expect(error).toMatchObject({ code: 'forbidden', hint: expect.stringContaining('PUBLIC_URL') })
  })

  it.each([
    'http://evil.example',
    'https://127.0.0.1:3000.evil.example',
    'null',
    'http://localhost:8080',
    'file://',
    'x',
  ])('refuses requests from pages of "%s"', (origin) => {
    expect(check({ origin, method: 'POST', type: 'application/json' })).toMatchObject({ code: 'forbidden' })
    expect(check({ origin })).toMatchObject({ code: 'forbidden' })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json'])(
    'refuses a %s body: forms of foreign pages can send it',
    (type) => {
      expect(check({ method: 'POST', type })).toMatchObject({ code: 'forbidden' })
    },
  )

  it('wants a type as soon as there is a body', () => {
    expect(check({ method: 'POST', length: '0' })).toBeNull()
    expect(check({ method: 'POST' })).toBeNull()
    expect(check({ method: 'POST', length: '2' })).toMatchObject({ code: 'forbidden' })
    expect(check({ method: 'POST', type: 'application/json; charset=utf-8', length: '2' })).toBeNull()
    expect(check({ method: 'DELETE', type: 'text/plain' })).toMatchObject({ code: 'forbidden' })
  })

  it('refuses to change something for another site even without an Origin', () => {
    expect(check({ method: 'POST', site: 'cross-site' })).toMatchObject({ code: 'forbidden' })
    expect(check({ method: 'POST', site: 'same-origin' })).toBeNull()
  })

  it('knows the public address, with and without its port', () => {
    const rules = { host: '127.0.0.1', port: 3000, publicUrl: 'https://lab.example' }
    expect(check({ host: 'lab.example', origin: 'https://lab.example' }, rules)).toBeNull()
    expect(check({ host: 'lab.example:443' }, rules)).toBeNull()
    expect(check({ host: 'lab.example:3000' }, rules)).toMatchObject({ code: 'forbidden' })
    expect(check({ host: 'lab.example', origin: 'http://lab.example' }, rules)).toMatchObject({ code: 'forbidden' })
    const plain = { ...rules, publicUrl: 'http://lab.example:8080' }
    expect(check({ host: 'lab.example:8080' }, plain)).toBeNull()
    expect(check({ host: 'lab.example' }, plain)).toMatchObject({ code: 'forbidden' })
  })

  it('answers to any of its addresses when it listens on all, never to an unknown name', () => {
    const rules = { host: '0.0.0.0', port: 3000, publicUrl: 'http://localhost:3000' }
    expect(check({ host: '10.0.0.5:3000', origin: 'http://10.0.0.5:3000' }, rules)).toBeNull()
    expect(check({ host: '[fe80::1]:3000' }, rules)).toBeNull()
    expect(check({ host: '10.0.0.5:3000', origin: 'http://10.0.0.6:3000' }, rules)).toMatchObject({ code: 'forbidden' })
    expect(check({ host: 'evil.example:3000' }, rules)).toMatchObject({ code: 'forbidden' })
    expect(check({ host: '10.0.0.5:80' }, rules)).toMatchObject({ code: 'forbidden' })
  })
})
