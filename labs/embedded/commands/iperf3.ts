import type { Process, Program } from '../machine/process'
import { nullSink, nullSource } from '../machine/streams'
import { WAN } from '../world/topology'
import type { World } from '../world/world'
import { type Options, Test } from './iperf3-run'
import { clusterStreams } from './iperf3-stream'
import { parseRate } from './iperf3-text'

export const IPERF_VERSION =
  "iperf 3.12 (cJSON 1.7.15)\nLinux embedded 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) x86_64\nOptional features available: CPU affinity setting, IPv6 flow label, SCTP, TCP congestion algorithm setting, sendfile / zerocopy, socket pacing, authentication, bind to device, support IPv4 don't fragment\n"

/** What a client or a server was asked for. */
export function iperfOptions(args: string[]): Options {
  const value = (...names: string[]): string | undefined => {
    for (const [i, arg] of args.entries()) {
      for (const name of names) {
        if (arg === name) return args[i + 1]
        if (name.startsWith('--') && arg.startsWith(`${name}=`)) return arg.slice(name.length + 1)
        if (!name.startsWith('--') && arg.startsWith(name) && /^-\w[\d.]/.test(arg)) return arg.slice(2)
      }
    }
    return undefined
  }
  const rate = value('-b', '--bitrate')
  return {
    server: value('-c', '--client') ?? '',
    port: Number(value('-p', '--port') ?? 5201),
    seconds: Number(value('-t', '--time') ?? 10),
    everyMs: Number(value('-i', '--interval') ?? 1) * 1000,
    parallel: Number(value('-P', '--parallel') ?? 1),
    reverse: args.includes('-R') || args.includes('--reverse'),
    bitPerS: rate === undefined || rate === '0' ? null : parseRate(rate),
  }
}

/** `iperf3` 3.12 as client; its numbers follow what the world forwards. */
export const iperf3 =
  (world: World): Program =>
  async (p) => {
    if (p.args.includes('--version') || p.args.includes('-v')) {
      p.write(IPERF_VERSION)
      return 0
    }
    const options = iperfOptions(p.args.slice(1))
    if (p.args.includes('-s')) return serve(world, p, options)
    if (options.server === '') {
      p.error(
        "iperf3: parameter error - must either be a client (-c) or server (-s)\n\nUsage: iperf3 [-s|-c host] [options]\nTry `iperf3 --help' for more information.\n",
      )
      return 1
    }
    const congestion = p.args[p.args.indexOf('-C') + 1] ?? ''
    if (p.args.includes('-C') && !world.options.congestion.includes(congestion)) {
      p.error(
        'iperf3: error - unable to set TCP_CONGESTION: Supplied congestion control algorithm not supported on this host\n',
      )
      return 1
    }
    return client(world, p, options)
  }

async function serve(world: World, p: Process, options: Options): Promise<number> {
  if (p.args.includes('-D') || p.args.includes('--daemon')) return daemon(p)
  const key = `${p.machine.name} ${options.port}`
  if (world.iperfServers.has(key)) {
    p.error('iperf3: error - unable to start listener for connections: Address already in use\niperf3: exiting\n')
    return 1
  }
  world.iperfServers.set(key, { process: p, client: null })
  p.atEnd(() => world.iperfServers.delete(key))
  const line = '-----------------------------------------------------------\n'
  p.write(`${line}Server listening on ${options.port} (test #1)\n${line}`)
  return p.within(new Promise<number>((resolve) => p.handlers.set('INT', () => resolve(1))))
}

/** `-D`: the server goes on without its parent, whose output it lets go of. */
async function daemon(p: Process): Promise<number> {
  const args = p.args.filter((arg) => arg !== '-D' && arg !== '--daemon')
  const io = { stdin: nullSource, stdout: nullSink, stderr: nullSink }
  p.spawn(args, { io }).orphan()
  return 0
}

/** The server behind an address, once a connection to it can be made. */
async function connect(world: World, p: Process, options: Options): Promise<string | null> {
  const name = [...world.machines.values()].find((m) =>
    m.devices.some((d) => d.addresses.some((a) => a.startsWith(`${options.server}/`))),
  )?.name
  const crossing = name === WAN && p.machine.name !== WAN
  for (const waitMs of [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]) {
    if (name && (!crossing || world.paths.crossing.last)) return name
    await p.sleep(waitMs)
  }
  return null
}

async function client(world: World, p: Process, options: Options): Promise<number> {
  const name = await connect(world, p, options)
  if (!name) {
    p.error('iperf3: error - unable to connect to server: Connection timed out\n')
    return 1
  }
  const server = world.iperfServers.get(`${name} ${options.port}`)
  if (!server) {
    p.error('iperf3: error - unable to connect to server: Connection refused\n')
    return 1
  }
  if (server.client?.alive) {
    p.error('iperf3: error - the server is busy running a test. try again later\n')
    return 1
  }
  server.client = p
  p.atEnd(() => {
    if (server.client === p) server.client = null
  })
  await p.sleep(2 + world.options.rttMs * 3)
  return new Test(p, options, clusterStreams(world)).run()
}
