import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { WanLabSchema } from '@/server/domain/lab'
import { delay, quote, until } from '../testing/client'
import { replies } from '../testing/ping-lines'
import type { SomeOptions } from '../world/options'
import { DROP_ALL, delayBy, dropByChance, jitterOf, type TestWan, testWan, wcfgText } from './testing'

let open: TestWan | null = null
async function start(world: SomeOptions = {}): Promise<TestWan> {
  open = await testWan(world)
  return open
}
afterEach(async () => {
  await open?.close()
  open = null
})

type Truth = {
  nowMs: number
  path: string | null
  events: { atMs: number; kind: string; [detail: string]: unknown }[]
  losses: Record<string, { sent: number; lost: number }>
}
const truth = async ({ lab }: TestWan) => (await lab.control.truth()) as Truth
const pathEvents = async (wan: TestWan) => (await truth(wan)).events.filter(({ kind }) => kind === 'path')

/** Puts functions in force on a link, each way, at once. */
async function impair({ lab }: TestWan, vm: number, functions: string, inside = functions): Promise<void> {
  await lab.control.wcfg({ vm, text: wcfgText({ ens18: inside, ens19: functions }) })
  await until('it is in force', () => lab.world.vm(vm).inForce().length === 1)
}

describe('the router', () => {
  it('leaves a link that drops everything within deadMs, and comes back to it when it is good again', async () => {
    const wan = await start({ recomputeMs: 4000, windowMs: 1000 })
    const probe = await wan.edge.start('ping -D -O -n -i 0.02 -c 400 192.168.100.2')
    await delay(1200)
    await impair(wan, 103, DROP_ALL)
    await until('left', async () => (await truth(wan)).path === 'starlink-2', 3000)
    await impair(wan, 103, '')
    await until('back', async () => (await truth(wan)).path === 'starlink-1', 9000)
    const { stdout } = await probe.done
    const [cut] = (await truth(wan)).events.filter(
      ({ kind, link, emulators }) =>
        kind === 'link' && link === 'starlink-1' && JSON.stringify(emulators).includes('drop'),
    )
    const [left] = await pathEvents(wan)
    expect(left).toMatchObject({ from: 'starlink-1', to: 'starlink-2', reason: 'down' })
    const outageMs = (left?.atMs ?? 0) - (cut?.atMs ?? 0)
    expect(outageMs).toBeGreaterThan(500)
    expect(outageMs).toBeLessThan(1000)
    const stamps = replies(stdout).map(({ sentMs }) => sentMs)
    const longest = Math.max(...stamps.slice(1).map((ms, i) => ms - (stamps[i] ?? 0)))
    expect(longest).toBeGreaterThan(outageMs - 100)
    expect(longest).toBeLessThan(outageMs + 500)
  }, 30_000)

  it.each([
    ['15 % loss', dropByChance(15)],
    ['150 ms delay', delayBy(150)],
    ['80 ms jitter', jitterOf(80)],
  ])(
    'leaves a link with %s each way at a recompute, and does not flap',
    async (_name, functions) => {
      const wan = await start({ probeMs: 10, probeLossMs: 400 })
      await impair(wan, 103, functions)
      await until('left', async () => (await truth(wan)).path === 'starlink-2', 5000)
      await delay(3000)
      expect(await pathEvents(wan)).toMatchObject([{ from: 'starlink-1', to: 'starlink-2', reason: 'sla' }])
      await impair(wan, 103, '')
      await until('back', async () => (await truth(wan)).path === 'starlink-1', 6000)
    },
    30_000,
  )

  it('has no path when all links are cut, and takes the first that answers again', async () => {
    const wan = await start()
    for (const vm of [101, 102, 103]) await impair(wan, vm, DROP_ALL)
    await until('none', async () => (await truth(wan)).path === null, 3000)
    expect((await wan.edge.run('ping -n -c 2 -i 0.2 -W 1 192.168.100.2')).stdout).toContain('0 received')
    await impair(wan, 101, '')
    await until('up', async () => (await truth(wan)).path === 'byu', 3000)
    expect((await wan.edge.run('ping -n -c 2 -i 0.2 192.168.100.2')).stdout).toContain('2 received')
  }, 30_000)

  it('with "flapping" comes back with each recompute, with "no-failover" never leaves', async () => {
    const wan = await start({ probeMs: 10, recomputeMs: 500 })
    await wan.lab.control.switch({ name: 'flapping', on: true })
    await impair(wan, 103, dropByChance(40))
    await until('four changes', async () => (await pathEvents(wan)).length >= 4, 6000)
    const times = (await pathEvents(wan)).map(({ atMs }) => atMs)
    for (const [i, atMs] of times.slice(1).entries()) expect(atMs - (times[i] ?? 0)).toBeCloseTo(500, 0)
    await wan.lab.control.switch({ name: 'flapping', on: false })
    await impair(wan, 103, '')
    await until('back', async () => (await truth(wan)).path === 'starlink-1', 6000)
    await wan.lab.control.switch({ name: 'no-failover', on: true })
    const before = (await pathEvents(wan)).length
    await impair(wan, 103, DROP_ALL)
    await delay(1500)
    expect(await pathEvents(wan)).toHaveLength(before)
  }, 30_000)
})

describe('a link', () => {
  it('loses what its file says in each direction, as captures on both sides show it', async () => {
    const wan = await start({ probeMs: 100_000 })
    await impair(wan, 103, dropByChance(15), '')
    await wan.lab.control.load({ perS: 5000, links: ['starlink-1'], lengthMs: 1000 })
    await delay(1200)
    const { losses } = await truth(wan)
    const out = losses['starlink-1 isp traffic']
    expect(out?.sent).toBe(5000)
    expect((out?.lost ?? 0) / 5000).toBeGreaterThan(0.13)
    expect((out?.lost ?? 0) / 5000).toBeLessThan(0.17)
    expect(losses['starlink-1 router traffic']).toEqual({ sent: 5000, lost: 0 })
    const { stdout } = await wan.pve.run('ip -j -s link show enp2s0f2')
    const [nic] = JSON.parse(stdout) as { stats64: { rx: { packets: number }; tx: { packets: number } } }[]
    expect(nic?.stats64.rx.packets).toBeGreaterThanOrEqual(5000)
  })
})

describe('four captures at 20,000 packets/s in total', () => {
  it('are whole', async () => {
    const wan = await start({ probeMs: 100_000 })
    const nics = ['enp2s0f2', 'enp2s0f3', 'enp2s0f0', 'enp2s0f1']
    const captures = await Promise.all(
      nics.map((nic) => wan.pve.start(`timeout -s INT 3 tcpdump -i ${nic} -Q in -s 96 -n -U -w -`)),
    )
    // The file header came with the opening of the channel.
    const counts = captures.map(({ channel }) => {
      const counted = { bytes: 0 }
      channel.on('data', (data: Buffer) => {
        counted.bytes += data.length
      })
      return counted
    })
    await delay(300)
    await wan.lab.control.load({ perS: 5000, links: ['starlink-1', 'starlink-2'], lengthMs: 2000 })
    const ended = await Promise.all(captures.map(({ done }) => done))
    const RECORD_BYTES = 16 + 96
    expect(counts.map(({ bytes }) => bytes / RECORD_BYTES)).toEqual([10_000, 10_000, 10_000, 10_000])
    for (const { stderr } of ended) expect(stderr).toContain('10000 packets captured')
  }, 20_000)
})

describe('the edge node', () => {
  it('pings, by fping as well, and asks by HTTP', async () => {
    const { edge } = await start()
    const fping = await edge.run('fping -D -l -p 50 192.168.100.2 & sleep 0.6; kill -INT $!; wait')
    expect(fping.stdout.split('\n')[0]).toMatch(
      /^\[\d{10}\.\d{5}\] 192\.168\.100\.2 : \[0\], 64 bytes, \d\d\.\d ms \(\d\d\.\d avg, 0% loss\)$/,
    )
    expect(fping.stderr).toMatch(/xmt\/rcv\/%loss = \d+\/\d+\/0%, min\/avg\/max = /)
    const curl = "curl -s -o /dev/null -m 3 -w '%{http_code}' http://192.168.100.2"
    expect((await edge.run(`${curl}:8001/`)).stdout).toBe('200')
    expect(await edge.run(`${curl}:9999/`)).toMatchObject({ stdout: '000', code: 7 })
    expect((await edge.run('id -un; pwd')).stdout).toBe('edge-node\n/home/edge-node\n')
  })

  it('loads by locust, whose history is told while it grows', async () => {
    const { edge } = await start({ httpWaitMs: 50 })
    const file =
      'from locust import HttpUser, constant\nURLS = ["http://192.168.100.2:8001", "http://192.168.100.2:8010"]\nlocust.stats.CSV_STATS_FLUSH_INTERVAL_SEC = 0.5\n'
    const script = `dir=$(mktemp -d); cd "$dir"; printf '%s' "$1" >l.py; : >load_stats_history.csv
locust -f l.py --headless -u 4 -r 8 -t 3s --csv load --csv-full-history --only-summary >log 2>&1 &
pid=$!
tail -n +1 -s 0.5 --pid="$pid" -F load_stats_history.csv 2>/dev/null
wait "$pid"; code=$?; tail -n 20 log >&2; exit "$code"`
    const { stdout, stderr, code } = await edge.run(quote(['sh', '-c', script, 'sh', file]))
    const rows = stdout.trim().split(/\r?\n/)
    expect(rows[0]).toMatch(/^Timestamp,User Count,Type,Name,Requests\/s/)
    const total = rows.filter((row) => row.includes(',Aggregated,')).map((row) => row.split(',')[17])
    expect(total.length).toBeGreaterThanOrEqual(3)
    expect(Number(total.at(-1))).toBeGreaterThan(50)
    expect(rows.at(-1)?.split(',')).toHaveLength(rows[0]?.split(',').length ?? 0)
    expect(stderr).toContain('All users spawned')
    expect(code).toBe(0)
  }, 20_000)

  it('loads by iperf3, whose streams stand still while there is no path', async () => {
    const wan = await start()
    const run = wan.edge.run('iperf3 -c 192.168.100.2 -t 3 -i 0.5 -b 2M -P 2 --forceflush')
    await delay(1000)
    for (const vm of [101, 102, 103]) await impair(wan, vm, DROP_ALL)
    const { stdout, code } = await run
    expect(code).toBe(0)
    const sums = stdout.split('\n').filter((line) => line.startsWith('[SUM]'))
    expect(sums[0]).toMatch(/[3-5](\.\d+)? Mbits/)
    expect(sums.at(-4)).toMatch(/ 0\.00 bits/)
  }, 20_000)
})

describe('the lab file', () => {
  it('has switches whose commands turn them on, tell of them and turn them off', async () => {
    const { lab, pve } = await start()
    const { switches, simulated } = WanLabSchema.parse(parse(readFileSync(lab.labFile, 'utf8')))
    expect(simulated).toBe(true)
    for (const { id, on, off, state = [], expect: said } of switches) {
      expect(said, id).toMatch(/\.$/)
      expect((await pve.run(quote(state))).code, id).toBe(1)
      expect((await pve.run(quote(on))).code, id).toBe(0)
      expect((await pve.run(quote(state))).code, id).toBe(0)
      expect((await pve.run(quote(off))).code, id).toBe(0)
      expect((await pve.run(quote(state))).code, id).toBe(1)
    }
  })
})

describe('the console', () => {
  it('serves one client at a time, and ss tells of both', async () => {
    const { pve } = await start()
    const socat = 'socat -,raw,echo=0 UNIX-CONNECT:/var/run/qemu-server/102.serial0'
    const first = await pve.start(socat)
    const second = await pve.start(socat)
    const rows = (await pve.run('ss -xpanH')).stdout.split('\n').filter((row) => row.includes('102.serial0'))
    expect(rows.map((row) => row.split(/\s+/)[1])).toEqual(['LISTEN', 'ESTAB', 'ESTAB'])
    let said = ''
    let other = ''
    first.channel.on('data', (data: Buffer) => {
      said += data
    })
    second.channel.on('data', (data: Buffer) => {
      other += data
    })
    first.channel.write('\r')
    await until('a prompt', () => said.endsWith('login: '))
    first.channel.write('root\r')
    await until('a password is asked for', () => said.endsWith('Password: '))
    first.channel.write('lab-console-7\r')
    await until('a shell', () => said.endsWith('# '))
    first.channel.write('sleep 30; echo never\r')
    await delay(100)
    first.channel.write('\x03')
    await until('^C', () => /\^C\r\n[^\n]*# $/.test(said))
    first.channel.write("cat <<'E'\none\nE\r")
    await until('a here-document', () => said.includes('\r\none\r\n'))
    expect(other).toBe('')
    first.channel.end()
    await first.done
    second.channel.write('hostname\r')
    await until('left logged in', () => other.includes('wanulator\r\n'))
    second.channel.end()
    await second.done
  })

  it('can be led by a script on the PVE host alone, as a dead-man’s switch does', async () => {
    const { pve } = await start()
    const script = `out=/tmp/console; from=1; : >$out
heard() { tail -c "+$from" "$out" | tr -d '\\015\\000'; }
press() { from=$(($(wc -c <"$out") + 1)); printf "$1"; }
look() { n=0; until heard | tail -n 1 | grep -q "$1"; do n=$((n + 1)); [ $n -lt 40 ] || return 1; sleep 0.1; done; }
talk() { press '\\015'; look 'login: $'; press 'root\\015'; look 'word: $'; press 'lab-console-7\\015'; look '# $'
press 'pgrep -x wanulator2-head | wc -l\\015'; look '# $'; press 'exit\\015'; look 'login: $'; }
talk | timeout -k 2 20 socat - UNIX-CONNECT:/var/run/qemu-server/101.serial0 >>"$out" 2>&1
cat $out`
    const { stdout } = await pve.run(quote(['sh', '-c', script.replaceAll('\\\\', '\\')]))
    expect(stdout).toMatch(/wc -l\r\n *1\r\n/)
    expect(stdout.trimEnd()).toMatch(/login:$/)
  }, 30_000)
})
