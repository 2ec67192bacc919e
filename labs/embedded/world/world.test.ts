import { afterEach, describe, expect, it } from 'vitest'
import { programs } from '../commands'
import { nowMs } from '../core/scheduler'
import { delay, FAST, until } from '../testing/client'
import { askWhoHas } from './arp'
import type { SwitchName } from './options'
import { World } from './world'

let world: World
const start = (options = {}, ...switches: SwitchName[]): World => {
  world = new World({ ...FAST, ...options }, programs)
  for (const name of switches) world.setSwitch(name, true)
  return world
}
afterEach(async () => {
  for (const machine of world.machines.values()) {
    machine.running = false
    machine.killAll()
  }
})

const primaries = (group: 0 | 1 | 2 = 1): string =>
  world.cluster.nodes
    .filter((n) => n.alive && n.states[group] === 'primary')
    .map((n) => n.name)
    .join()
const unit = (name = 'bpfrx-fw0') => world.units.get(name)
const crash = (name = 'bpfrx-fw0'): void => unit(name)?.process?.kill('KILL')
const up = (): boolean => world.paths.crossing.last
/** Lengths of the stretches without forwarding, ms. */
const outages = (): number[] => {
  const changes = world.truth.filter((e) => e.kind === 'path' && e.path === 'crossing')
  return changes.flatMap((c, i) => (c.up ? [] : [(changes[i + 1]?.atMs ?? Number.POSITIVE_INFINITY) - c.atMs]))
}

describe('a node that fails', () => {
  it('is missed after threshold heartbeats and its skew, at any phase', async () => {
    start({ heartbeatMs: 40, promoteMs: [5, 5] })
    for (let i = 0; i < 4; i++) {
      await delay(20 * world.random.next())
      crash()
      await until('takeover', () => up() && primaries() === 'node1')
      await unit()?.start()
      await until('back', () => up() && primaries() === 'node0')
    }
    const abrupt = outages().filter((_, i) => i % 2 === 0)
    for (const ms of abrupt) {
      // 3 × 40 + skew 24.4 + 5, less the time since the last heartbeat
      expect(ms).toBeGreaterThan(149.3 - 40)
      expect(ms).toBeLessThanOrEqual(149.4)
    }
  })

  it('hands over within a moment when it stops cleanly', async () => {
    start()
    await unit()?.stop()
    await until('takeover', () => up() && primaries() === 'node1')
    expect(outages()[0]).toBeGreaterThanOrEqual(50)
    expect(outages()[0]).toBeLessThanOrEqual(70)
  })

  it('comes back as secondary and preempts after its hold, nearly without loss', async () => {
    start()
    crash()
    await until('takeover', () => primaries() === 'node1')
    const startedMs = nowMs()
    await unit()?.start()
    await until('seen', () => world.cluster.nodes[1].hearsPeer)
    expect(primaries()).toBe('node1')
    await until('back', () => primaries() === 'node0' && up())
    const preempted = world.truth.filter((e) => e.kind === 'state' && e.node === 'node0' && e.to === 'primary').at(-1)
    expect((preempted?.atMs ?? 0) - startedMs).toBeGreaterThan(FAST.preemptHoldMs)
    expect(outages().at(-1)).toBeGreaterThanOrEqual(38)
    expect(outages().at(-1)).toBeLessThanOrEqual(47)
  })

  it('that is back before it was missed takes its groups again', async () => {
    start({ heartbeatMs: 400, preemptHoldMs: 100 })
    crash()
    await unit()?.start()
    await until('back', () => primaries() === 'node0' && up())
    expect(world.truth.some((e) => e.kind === 'state' && e.node === 'node1' && e.to === 'primary')).toBe(false)
  })

  it('leaves nothing forwarding when both are down; the first that starts takes all', async () => {
    start()
    crash('bpfrx-fw1')
    crash()
    await delay(50)
    expect(up()).toBe(false)
    await unit('bpfrx-fw1')?.start()
    await until('alone', () => primaries() === 'node1' && up())
  })
})

describe('switches', () => {
  it('no-takeover: nobody forwards until the old primary is back', async () => {
    start({}, 'no-takeover')
    crash()
    await delay(600)
    expect(primaries()).toBe('')
    expect(up()).toBe(false)
    await unit()?.start()
    await until('back', () => primaries() === 'node0' && up())
  })

  it('slow-takeover: takes as long as it is told', async () => {
    start({ slowTakeoverMs: 900 }, 'slow-takeover')
    crash()
    await until('takeover', () => up())
    expect(outages()[0]).toBeGreaterThan(900)
    expect(outages()[0]).toBeLessThan(930)
  })

  it('no-garp: neighbours find the new node later, and nobody announces it', async () => {
    start({ relearnMs: 200 }, 'no-garp')
    const seen: unknown[] = []
    world.taps.add('cluster-lan-host', 'eth0', (p) => seen.push(p))
    crash()
    await until('takeover', () => up())
    expect(outages()[0]).toBeGreaterThan(200 + 220)
    expect(seen).toEqual([])
  })

  it('no-preempt: it stays where it is, until the switch is off', async () => {
    start({}, 'no-preempt')
    crash()
    await until('takeover', () => primaries() === 'node1')
    await unit()?.start()
    await delay(700)
    expect(primaries()).toBe('node1')
    world.setSwitch('no-preempt', false)
    await until('back', () => primaries() === 'node0' && up())
  })

  it.each([
    [[], true],
    [['no-session-sync'], false],
  ] as const)(
    'sessions with %j on are on the other node after a failover, and after the way back: %s',
    async (on, kept) => {
      start({}, ...on)
      const flow = (sourcePort: number) => {
        const [source, destination] = ['10.0.60.102', '172.16.50.1']
        return { protocol: 'tcp' as const, source, sourcePort, destination, destinationPort: 5201 }
      }
      const has = (node: 0 | 1, port: number) => world.sessions.has(node, flow(port), nowMs())
      world.sessions.touch(0, flow(1), nowMs(), true)
      await delay(10)
      crash()
      await until('takeover', () => up() && primaries() === 'node1')
      expect(has(1, 1)).toBe(kept)
      world.sessions.touch(1, flow(2), nowMs(), true)
      await unit()?.start()
      await until('back', () => up() && primaries() === 'node0')
      await delay(10)
      expect([has(0, 1), has(0, 2)]).toEqual([kept, kept])
    },
  )

  it('dual-primary: both are, no packet is lost while it lasts, and one yields afterwards', async () => {
    start()
    world.setSwitch('dual-primary', true)
    await until('both', () => primaries() === 'node0,node1')
    expect(outages()).toEqual([])
    expect(world.cluster.nodes.map((n) => n.hearsPeer)).toEqual([false, false])
    world.setSwitch('dual-primary', false)
    await until('one', () => primaries() === 'node0' && world.cluster.forwarder[1].last === 0)
    await until('they hear each other', () => world.cluster.nodes.every((n) => n.hearsPeer))
  })
})

describe('a heartbeat that is cut', () => {
  const bridge = (isUp: boolean): void => {
    const found = world.machine('incus-host').devices.find(({ name }) => name === 'bpfrx-heartbeat')
    if (found) found.up = isUp
    world.links.review(nowMs())
  }
  const states = (node: 0 | 1) => world.cluster.nodes[node].states

  it('leaves one primary, the other held by the fabric, and nothing is lost', async () => {
    start()
    bridge(false)
    await until('held', () => states(1)[1] === 'secondary-hold')
    expect(states(1)).toEqual({ 0: 'secondary-hold', 1: 'secondary-hold', 2: 'secondary-hold' })
    expect(primaries()).toBe('node0')
    bridge(true)
    await until('healed', () => states(1)[1] === 'secondary' && world.cluster.nodes.every((n) => n.hearsPeer))
    expect(outages()).toEqual([])
  })

  it('no-split-guard: makes two primaries, who both answer for a VIP; one yields afterwards', async () => {
    start({}, 'no-split-guard')
    const answers = () => askWhoHas(world, world.machine('cluster-lan-host'), 'eth0', '10.0.60.1', nowMs())
    expect(answers().map(({ mac }) => mac)).toEqual(['02:bf:72:01:02:00'])
    bridge(false)
    await until('both', () => primaries() === 'node0,node1')
    expect(answers().map(({ mac }) => mac)).toEqual(['02:bf:72:01:02:00', '02:bf:72:01:02:01'])
    bridge(true)
    await until('one', () => primaries() === 'node0')
    expect(answers()).toHaveLength(1)
    expect(outages()).toEqual([])
  })

  it('does not keep the other from taking over when the primary dies after all', async () => {
    start()
    bridge(false)
    await until('held', () => states(1)[1] === 'secondary-hold')
    crash()
    await until('takeover', () => primaries() === 'node1' && up())
  })
})

describe('a link that fails', () => {
  it('slow-takeover: its groups move as late as it is told', async () => {
    start({ slowTakeoverMs: 600 }, 'slow-takeover')
    world.cluster.linkChanged(0, 'ge-0-0-1', false, nowMs())
    await until('moved', () => primaries(1) === 'node1' && up())
    expect(outages()[0]).toBeGreaterThan(600 + 37)
    expect(outages()[0]).toBeLessThan(600 + 48)
  })

  it('takes the data groups away, not the control plane', async () => {
    start()
    world.cluster.linkChanged(0, 'ge-0-0-1', false, nowMs())
    expect(up()).toBe(false)
    await until('moved', () => primaries(1) === 'node1' && primaries(2) === 'node1' && up())
    expect(primaries(0)).toBe('node0')
    expect(world.cluster.weight(world.cluster.nodes[0], 1)).toBe(0)
    expect(outages()[0]).toBeGreaterThan(FAST.linkDetectMs + 37)
    expect(outages()[0]).toBeLessThan(FAST.linkDetectMs + 48)
    world.cluster.linkChanged(0, 'ge-0-0-1', true, nowMs())
    await until('back', () => primaries(1) === 'node0' && up())
  })
})

it('options are merged, never reset', () => {
  start({ rttMs: 12 })
  world.setOptions({ loss: 0.1 })
  expect(world.options).toMatchObject({ rttMs: 12, loss: 0.1, heartbeatMs: FAST.heartbeatMs })
  expect(() => world.setOptions({ rtt: 1 })).toThrow()
  expect(() => world.setOptions({ loss: 2 })).toThrow()
})
