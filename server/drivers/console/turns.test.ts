import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { failure } from '../../transport/test-server'
import { allLeft, inTurn } from './turns'

describe('a console that serves one at a time', () => {
  it('is used in the order of asking, also after one that failed or did not wait', async () => {
    const owner = {}
    const order: string[] = []
    const use = (name: string, signal?: AbortSignal) =>
      inTurn(owner, '103', signal, async () => {
        order.push(`${name} begins`)
        await sleep(20)
        order.push(`${name} ends`)
        if (name === 'first') throw new Error(name)
      })
    const cancel = new AbortController()
    const all = [use('first'), use('second', cancel.signal), use('third')] as const
    cancel.abort()
    expect((await failure(all[1])).code).toBe('cancelled')
    await expect(all[0]).rejects.toThrow('first')
    await all[2]
    expect(order).toEqual(['first begins', 'first ends', 'third begins', 'third ends'])
  })

  it('does not keep those who want another one, or have other connections', async () => {
    const owner = {}
    let release = () => {}
    const busy = inTurn(owner, '103', undefined, () => new Promise<void>((resolve) => (release = resolve)))
    expect(await inTurn(owner, '102', undefined, async () => 'another')).toBe('another')
    expect(await inTurn({}, '103', undefined, async () => 'elsewhere')).toBe('elsewhere')
    release()
    await busy
  })

  it('is waited for until all have left it, and no longer than there is patience', async () => {
    const owner = {}
    const left: string[] = []
    const use = (key: string) => inTurn(owner, key, undefined, () => sleep(30).then(() => void left.push(key)))
    const busy = Promise.all([use('101'), use('102'), use('102')])
    await allLeft(owner, 5000)
    expect(left).toEqual(['101', '102', '102'])
    await busy
    let release = () => {}
    const stuck = inTurn(owner, '103', undefined, () => new Promise<void>((resolve) => (release = resolve)))
    await allLeft(owner, 20)
    release()
    await stuck
    await allLeft({}, 5000)
  })
})
