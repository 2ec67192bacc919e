import { nowMs } from '../core/scheduler'
import type { Process, Program } from '../machine/process'
import { LEASE_S } from '../world/dhcp'
import { LAN_VIP } from '../world/topology'
import type { World } from '../world/world'

const VERSION = 'isc-dhclient-4.4.3-P1'
const BANNER = `Internet Systems Consortium DHCP Client 4.4.3-P1
Copyright 2004-2022 Internet Systems Consortium.
All rights reserved.
For info, please visit https://www.isc.org/software/dhcp/

`
const VALUES = ['-cf', '-lf', '-pf', '-sf', '-df', '-p', '-s', '-e', '-D', '-I']

type Options = { flags: Set<string>; files: Record<string, string>; device: string }

function parseArgs(args: readonly string[]): Options {
  const options: Options = { flags: new Set(), files: {}, device: '' }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (VALUES.includes(arg)) options.files[arg] = args[++i] ?? ''
    else if (arg.startsWith('-')) options.flags.add(arg)
    else options.device = arg
  }
  return options
}

/** "4 2026/11/26 11:49:23": the day of the week, and UTC. */
function dateText(ms: number): string {
  const date = new Date(ms)
  return `${date.getUTCDay()} ${date.toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')}`
}

function leaseText(device: string, address: string, atMs: number, lastsS: number): string {
  const at = (share: number) => dateText(atMs + lastsS * share * 1000)
  return `lease {
  interface "${device}";
  fixed-address ${address};
  option subnet-mask 255.255.255.0;
  option routers ${LAN_VIP};
  option dhcp-lease-time ${LEASE_S};
  option dhcp-message-type 5;
  option dhcp-server-identifier ${LAN_VIP};
  option dhcp-renewal-time ${LEASE_S / 2};
  option broadcast-address 10.0.60.255;
  option dhcp-rebinding-time ${(LEASE_S * 7) / 8};
  renew ${at(0.5)};
  rebind ${at(0.875)};
  expire ${at(1)};
}
`
}

/** One client: its machine's MAC, what its configuration says, and its files. */
class Client {
  private readonly fs: Process['machine']['fs']
  private readonly mac: string
  timeoutS = 60
  id: string

  constructor(
    private readonly world: World,
    private readonly p: Process,
    private readonly options: Options,
    mac: string,
  ) {
    this.fs = p.machine.fs
    this.mac = mac
    this.id = mac
  }

  say(text: string): void {
    if (this.options.flags.has('-v') || this.options.flags.has('-d')) this.p.error(text)
  }

  private file(flag: string, fallback: string): string {
    return this.fs.resolvePath(this.p.cwd, this.options.files[flag] ?? fallback)
  }

  get leases(): string {
    return this.file('-lf', '/var/lib/dhcp/dhclient.leases')
  }

  get pid(): string {
    return this.file('-pf', '/run/dhclient.pid')
  }

  async configure(): Promise<void> {
    const path = this.file('-cf', '/etc/dhcp/dhclient.conf')
    const text = (await this.fs.exists(path)) ? await this.fs.readFile(path) : ''
    this.timeoutS = Number(/^\s*timeout (\d+);/m.exec(text)?.[1] ?? this.timeoutS)
    this.id = /dhcp-client-identifier "([^"]+)"/.exec(text)?.[1] ?? this.id
  }

  banner(): void {
    const { device } = this.options
    this.say(BANNER)
    this.say(`Listening on LPF/${device}/${this.mac}\nSending on   LPF/${device}/${this.mac}\n`)
    this.say('Sending on   Socket/fallback\n')
  }

  /** -r: what the lease file names last is given back; the client that holds it is ended. */
  async release(): Promise<number> {
    const { device } = this.options
    if (await this.fs.exists(this.pid)) {
      const held = this.p.machine.processes.get(Number(await this.fs.readFile(this.pid)))
      this.p.error(held ? `Killed old client process\n` : 'Removed stale PID file\n')
      held?.kill('TERM')
      await this.fs.rm(this.pid)
    }
    this.banner()
    const address = [...(await this.fs.readFile(this.leases)).matchAll(/fixed-address ([\d.]+);/g)].at(-1)?.[1]
    if (!address) return 0
    this.say(`DHCPRELEASE of ${address} on ${device} to ${LAN_VIP} port 67\n`)
    this.world.dhcp.release(this.id, this.mac, nowMs())
    await this.fs.appendFile(this.leases, leaseText(device, address, nowMs(), 0))
    return 0
  }

  /** Asks until somebody answers or the time is over; the address, or null. */
  private async discover(): Promise<string | null> {
    const endMs = nowMs() + this.timeoutS * 1000
    while (nowMs() < endMs) {
      const pauseS = this.world.random.integer(3, 8)
      this.say(`DHCPDISCOVER on ${this.options.device} to 255.255.255.255 port 67 interval ${pauseS}\n`)
      const offer = this.world.dhcp.ask(this.id, this.mac, nowMs(), false)
      if (offer) {
        await this.p.until(offer.replyMs)
        this.say(`DHCPOFFER of ${offer.address} from ${LAN_VIP}\n`)
        this.say(`DHCPREQUEST for ${offer.address} on ${this.options.device} to 255.255.255.255 port 67\n`)
        const acknowledged = this.world.dhcp.ask(this.id, this.mac, nowMs(), true)
        if (acknowledged) {
          await this.p.until(acknowledged.replyMs)
          return acknowledged.address
        }
      }
      await this.p.until(Math.min(endMs, nowMs() + pauseS * 1000))
    }
    return null
  }

  async request(): Promise<number> {
    const { device, flags, files } = this.options
    await this.fs.writeFile(this.pid, `${this.p.pid}\n`)
    this.banner()
    const address = await this.discover()
    if (address === null) {
      this.say('No DHCPOFFERS received.\n')
      if (flags.has('-1')) this.say('Unable to obtain a lease on first try.  Exiting.\n')
      await this.fs.rm(this.pid, { force: true })
      return 2
    }
    this.say(`DHCPACK of ${address} from ${LAN_VIP}\n`)
    await this.fs.appendFile(this.leases, leaseText(device, address, nowMs(), LEASE_S))
    if (files['-sf'] !== '/bin/true') this.apply(address)
    this.say(`bound to ${address} -- renewal in ${this.world.random.integer(1500, 1790)} seconds.\n`)
    if (!flags.has('-d')) return 0
    return this.p.within(
      new Promise<number>((resolve) => {
        for (const signal of ['INT', 'TERM'] as const) this.p.handlers.set(signal, () => resolve(0))
      }),
    )
  }

  /** What dhclient-script does: the address comes beside those that the device has. */
  private apply(address: string): void {
    const found = this.p.machine.devices.find(({ name }) => name === this.options.device)
    if (found && !found.addresses.includes(`${address}/24`)) found.addresses.push(`${address}/24`)
  }
}

/** `dhclient` of ISC 4.4, as far as one lease takes. It asks the world's DHCP server. */
export const dhclient =
  (world: World): Program =>
  async (p) => {
    const options = parseArgs(p.args.slice(1))
    if (options.flags.has('--version')) {
      p.error(`${VERSION}\n`)
      return 0
    }
    const device = p.machine.devices.find(({ name }) => name === options.device)
    if (!device) {
      p.error(`Cannot find device "${options.device}"\nFailed to get interface index: No such device\n\nexiting.\n`)
      return 1
    }
    const client = new Client(world, p, options, device.mac)
    if (!(await p.machine.fs.exists(client.leases))) {
      const named = options.files['-lf'] ?? client.leases
      p.error(`Failed to get realpath for ${named}: No such file or directory\n\nexiting.\n`)
      return 1
    }
    await client.configure()
    return options.flags.has('-r') ? client.release() : client.request()
  }
