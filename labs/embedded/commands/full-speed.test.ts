import { afterEach, describe, expect, it } from 'vitest'
import { testLab } from '../testing/client'

let open: Awaited<ReturnType<typeof testLab>> | null = null
async function start() {
  open = await testLab()
  return open
}
afterEach(async () => {
  await open?.close()
  open = null
})

describe('full speed', () => {
  it('takes the link, less while the rate is limited, and wants an algorithm that is there', async () => {
    const { lab, client } = await start()
    const iperf3 = (...more: string[]) =>
      client.inside(
        'cluster-lan-host',
        'iperf3',
        '-c',
        '172.16.50.1',
        '-p',
        '5203',
        '-t',
        '1.5',
        '-i',
        '0.5',
        '-P',
        '2',
        '-b',
        '0',
        ...more,
      )
    const mbits = (text: string) =>
      [...text.matchAll(/^\[SUM\] .* ([\d.]+) ([MG])bits.*receiver$/gm)].map(
        (m) => Number(m[1]) * (m[2] === 'G' ? 1000 : 1),
      )[0] ?? 0
    expect(mbits((await iperf3('-C', 'bbr')).stdout)).toBeGreaterThan(3000)
    await lab.control.switch({ name: 'rate-limit', on: true })
    const limited = mbits((await iperf3('-C', 'bbr')).stdout)
    expect(limited).toBeGreaterThan(50)
    expect(limited).toBeLessThan(101)
    expect((await iperf3('-C', 'vegas')).stderr).toContain('congestion control algorithm not supported')
    const known = await client.inside('cluster-lan-host', 'sysctl', '-n', 'net.ipv4.tcp_available_congestion_control')
    expect(known.stdout).toBe('reno cubic bbr\n')
  })

  it('is counted by the interfaces, which drop what the options ask for', async () => {
    const { lab, client } = await start()
    const counters = async () => {
      const { stdout } = await client.inside('bpfrx-fw0', 'ip', '-s', '-j', 'link', 'show')
      return JSON.parse(stdout).find((link: { ifname: string }) => link.ifname === 'ge-0-0-1').stats64
    }
    expect((await counters()).rx.dropped).toBe(0)
    await lab.control.options({ memberDropsPerS: 1000 })
    expect((await counters()).rx.dropped).toBeGreaterThan(0)
  })
})
