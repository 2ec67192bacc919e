import { afterEach, describe, expect, it } from 'vitest'
import { testLab, until } from '../testing/client'
import { gaps, replies } from '../testing/ping-lines'
import { PingStatistics, roundTripText } from './ping-statistics'

let open: Awaited<ReturnType<typeof testLab>> | null = null
async function start(options: Parameters<typeof testLab>[0] = {}) {
  open = await testLab(options)
  return open
}
afterEach(async () => {
  await open?.close()
  open = null
})

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const spacings = (log: string): number[] => {
  const all = replies(log)
  return all.slice(1).map((r, i) => r.sentMs - (all[i]?.sentMs ?? 0))
}

describe('the text of ping', () => {
  it.each([
    [66, '0.066'],
    [999, '0.999'],
    [1220, '1.22'],
    [9994, '9.99'],
    [9995, '10.0'],
    [10_440, '10.4'],
    [99_949, '99.9'],
    [99_950, '100'],
    [251_000, '251'],
    [1_200_266, '1200'],
  ])('%i µs is "%s"', (us, text) => expect(roundTripText(us)).toBe(text))

  it('closes like the real one', () => {
    const statistics = new PingStatistics(0)
    for (let i = 1; i <= 3; i++) statistics.sent(i, i * 100)
    statistics.received(1, 660, false)
    statistics.received(2, 700, false)
    statistics.received(2, 1220, true)
    expect(statistics.summary()).toBe(
      '3 packets transmitted, 2 received, +1 duplicates, 33.3333% packet loss, time 300ms\nrtt min/avg/max/mdev = 0.660/0.860/1.220/0.255 ms, pipe 3',
    )
  })

  it('is the real one’s, from head to tail', async () => {
    const { client } = await start()
    const { stdout, stderr, code } = await client.inside(
      'cluster-lan-host',
      'ping',
      '-D',
      '-O',
      '-n',
      '-i',
      '0.005',
      '-c',
      '20',
      '8.8.8.8',
    )
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.')
    for (const [i, line] of lines.slice(1, 21).entries()) {
      expect(line).toMatch(
        new RegExp(`^\\[\\d{10}\\.\\d{6}\\] 64 bytes from 8\\.8\\.8\\.8: icmp_seq=${i + 1} ttl=63 time=0\\.\\d{3} ms$`),
      )
    }
    expect(lines.slice(21).join('\n')).toMatch(
      /^\n--- 8\.8\.8\.8 ping statistics ---\n20 packets transmitted, 20 received, 0% packet loss, time \d+ms\nrtt min\/avg\/max\/mdev = 0\.\d{3}\/0\.\d{3}\/0\.\d{3}\/0\.\d{3} ms\n\n?$/,
    )
  })

  it('knows no route, no name, and its version', async () => {
    const { client } = await start()
    expect((await client.inside('cluster-lan-host', 'ping', '-V')).stdout).toMatch(/^ping from iputils 20221126\n/)
    expect(await client.run('ping -c 1 8.8.8.8')).toMatchObject({
      code: 2,
      stderr: 'ping: connect: Network is unreachable\n',
    })
    expect(await client.inside('cluster-lan-host', 'ping', 'example')).toMatchObject({
      code: 2,
      stderr: 'ping: example: Name or service not known\n',
    })
  })
})

describe('the spacing of ping', () => {
  it('is 5 ms while replies come and 10.2 ms while they do not', async () => {
    const { lab, client } = await start()
    const probe = await client.start('incus exec cluster-lan-host -- ping -D -O -n -i 0.005 -c 400 172.16.50.1')
    await until('replies', () => probe.lines.length > 60)
    await lab.control.outage({ lengthMs: 400 })
    const { stdout } = await probe.done
    expect(median(spacings(stdout))).toBeCloseTo(5, 1)
    const unanswered = [...stdout.matchAll(/^\[([\d.]+)\] no answer yet/gm)].map((m) => Number(m[1]) * 1000)
    expect(median(unanswered.slice(1).map((ms, i) => ms - (unanswered[i] ?? 0)))).toBeCloseTo(10.2, 1)
    const [gap] = gaps(stdout).sort((a, b) => b.lost - a.lost)
    expect(gap?.lost).toBeGreaterThanOrEqual(37)
    expect(unanswered.length).toBeGreaterThanOrEqual(gap?.lost ?? 0)
  })

  it.each([
    ['0.01', 60, 16],
    ['0.02', 40, 24],
  ])('counts kernel ticks at -i %s', async (interval, count, expected) => {
    const { client } = await start()
    const { stdout } = await client.inside(
      'cluster-lan-host',
      'ping',
      '-D',
      '-O',
      '-n',
      '-i',
      interval,
      '-c',
      String(count),
      '8.8.8.8',
    )
    expect(median(spacings(stdout))).toBeCloseTo(expected, 0)
  })

  it('is that of the replies when the round trip is between 5 and 10 ms', async () => {
    const { client } = await start({ world: { rttMs: 7.2, jitterMs: 0.01 } })
    const { stdout } = await client.inside(
      'cluster-lan-host',
      'ping',
      '-D',
      '-O',
      '-n',
      '-i',
      '0.005',
      '-c',
      '60',
      '8.8.8.8',
    )
    expect(median(spacings(stdout))).toBeCloseTo(7.25, 1)
    expect(stdout).not.toContain('no answer yet')
  })

  it('shows a frozen sender as a gap in which nothing is missing', async () => {
    const { lab, client } = await start()
    const probe = await client.start('incus exec cluster-lan-host -- ping -D -O -n -i 0.005 -c 200 8.8.8.8')
    await until('replies', () => probe.lines.length > 40)
    await lab.control.stall({ lengthMs: 300 })
    const { stdout } = await probe.done
    expect(gaps(stdout)).toEqual([])
    expect(stdout).toContain('200 packets transmitted, 200 received, 0% packet loss')
    const longest = Math.max(...spacings(stdout))
    expect(longest).toBeGreaterThan(299)
    expect(longest).toBeLessThan(310)
  })
})

describe('impairments', () => {
  const probe = (client: Awaited<ReturnType<typeof testLab>>['client']) =>
    client.inside('cluster-lan-host', 'ping', '-D', '-O', '-n', '-i', '0.002', '-c', '400', '8.8.8.8')

  it('loses, doubles and reorders', async () => {
    const { client } = await start({ world: { loss: 0.05, duplicateShare: 0.1, reorderedShare: 0.1 } })
    expect((await probe(client)).stdout).toMatch(/400 packets transmitted, 3[5-9]\d received, \d/)
    await client.run('failover-lab-world set duplicate on; failover-lab-world set reordered on')
    const { stdout } = await probe(client)
    expect(stdout.match(/\(DUP!\)$/gm)?.length).toBeGreaterThan(10)
    const order = [...stdout.matchAll(/icmp_seq=(\d+) ttl=\d+ time=[\d.]+ ms$/gm)].map((m) => Number(m[1]))
    expect(order).not.toEqual([...order].sort((a, b) => a - b))
    expect((await client.run('failover-lab-world list')).stdout).toContain('duplicate on\nreordered on\n')
  })

  it('reports an unreachable host after a while of silence', async () => {
    const { lab, client } = await start()
    await lab.control.switch({ name: 'host-unreachable', on: true })
    const running = await client.start('incus exec cluster-lan-host -- ping -D -O -n -i 0.01 -c 300 8.8.8.8')
    await until('replies', () => running.lines.length > 5)
    await lab.control.outage({ lengthMs: 2500 })
    const { stdout } = await running.done
    expect(stdout).toMatch(/^\[\d{10}\.\d{6}\] From 10\.0\.60\.102 icmp_seq=\d+ Destination Host Unreachable$/m)
    expect(stdout).toMatch(/300 packets transmitted, \d+ received, \+\d+ errors, [\d.]+% packet loss/)
  })

  it('late replies come after their "no answer yet"', async () => {
    const { lab, client } = await start({ world: { lateShare: 0.05, lateMs: 120 } })
    await lab.control.switch({ name: 'late', on: true })
    const { stdout } = await probe(client)
    expect(stdout).toContain('400 received')
    const late = stdout.match(/icmp_seq=(\d+) ttl=63 time=120 ms/)
    expect(stdout).toContain(`no answer yet for icmp_seq=${late?.[1]}\n`)
  })
})
