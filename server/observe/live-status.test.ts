import { describe, expect, it } from 'vitest'
import { answeredLab } from '../drivers/test-lab'
import { AppError } from '../errors'
import { LiveStatus } from './live-status'

const STATUS = `Cluster ID: 1
Node   Priority Status         Preempt  Manual   Monitor-failures

Redundancy group: 1 , Failover count: 3
node0  200      primary        yes      no       None
node1  100      secondary      yes      no       None
`

function lab(isDown = { value: false }) {
  const asked: string[] = []
  const access = answeredLab((argv) => {
    asked.push(argv)
    if (isDown.value) throw new AppError('ssh-connect', 'no route', { hint: 'look at the cable' })
    if (argv.includes('cluster status')) return { stdout: STATUS }
    if (argv.includes('ip -j link')) return { stdout: '[{"ifname":"eth0","flags":["UP","LOWER_UP"]}]' }
    if (argv.includes('owner.json')) return { stdout: 'now 100\nstate absent\n' }
    return {}
  })
  const polls = () => asked.filter((argv) => argv.includes('exec fw0 -- cli -c show chassis cluster status')).length
  return { live: new LiveStatus(() => access, { pauseMs: 20, detailMs: 1000 }), polls }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('LiveStatus', () => {
  it('polls once for all who watch, and not at all when nobody does', async () => {
    const { live, polls } = lab()
    await pause(50)
    expect(polls()).toBe(0)
    const seen: number[] = []
    const stop = [live.subscribe('test', (l) => seen.push(l.atMs)), live.subscribe('test', (l) => seen.push(l.atMs))]
    await expect.poll(() => seen.length).toBeGreaterThan(5)
    for (const unsubscribe of stop) unsubscribe()
    expect(seen.length).toBeLessThanOrEqual(2 * polls())
    const before = polls()
    await pause(80)
    expect(polls()).toBeLessThanOrEqual(before + 1)
    expect(live.last('test')?.labId).toBe('test')
  })

  it('shows nodes, links and lease, with the times of the poll', async () => {
    const { live } = lab()
    const picture = await live.once('test')
    expect(picture).toMatchObject({
      ...{ labId: 'test', lease: null, hosts: [{ id: 'lab-host', state: 'ok', rttMs: expect.any(Number) }] },
      ...{ links: { 'fw0/eth0': true, 'lan/eth0': true } },
    })
    expect(picture.nodes.map(({ node, answer }) => [node, answer.kind])).toEqual([
      ['node0', 'status'],
      ['node1', 'status'],
    ])
    expect(picture.atMs).toBeGreaterThanOrEqual(picture.startMs)
  })

  it('takes a dead host for a picture, and notices when it is back', async () => {
    const isDown = { value: true }
    const { live } = lab(isDown)
    const ended = new AbortController()
    const states: string[] = []
    for await (const picture of live.watch('test', ended.signal)) {
      const [host] = picture.hosts
      states.push(host?.state ?? '')
      if (host?.state === 'failed') {
        expect(host).toMatchObject({ step: 'connect', message: 'no route', hint: 'look at the cable', rttMs: null })
        expect(picture.nodes[0]?.answer).toEqual({ kind: 'no-answer', reason: 'no route' })
      }
      isDown.value = false
      if (states.includes('ok')) ended.abort()
    }
    expect(states[0]).toBe('failed')
    expect(states.at(-1)).toBe('ok')
  })

  it('ends a watch that is aborted before anything came', async () => {
    const { live } = lab()
    for await (const _ of live.watch('test', AbortSignal.abort())) expect.fail('nothing was to come')
  })
})
