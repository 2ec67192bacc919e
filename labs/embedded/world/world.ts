import { EventEmitter } from 'node:events'
import { Random } from '../core/random'
import { nowMs, scheduler } from '../core/scheduler'
import { Machine, type NetDevice } from '../machine/machine'
import type { Process, Program } from '../machine/process'
import { announce } from './arp'
import { Cluster } from './cluster'
import type { ClusterNode } from './cluster-types'
import { Configurations } from './configurations'
import { Dhcp } from './dhcp'
import { filesOf } from './files'
import { vfsOf } from './host-links'
import { type Devices, ownDevices } from './instance-devices'
import { startServers } from './iperf3-servers'
import { Links } from './links'
import { type SomeOptions, SWITCHES, type SwitchName, type WorldOptions, WorldOptionsSchema } from './options'
import { Taps } from './packets'
import { Paths } from './paths'
import { Sessions } from './sessions'
import { devicesOf, type GroupId, HOST, LAN, NODES, type NodeId, UNIT, WAN, wanMac } from './topology'
import { Unit } from './unit'

/** What happened, for tests: exact model times, epoch ms on the lab's clock. */
export type TruthEvent = { atMs: number; kind: string; [detail: string]: unknown }
/** A line of ping as it left for the SSH channel. */
export type SentLine = {
  tag: string
  kind: 'reply' | 'no-answer' | 'other'
  sequence: number
  stampMs: number
  writtenMs: number
}

/** One simulated lab: machines, cluster, links, sessions. Everything that any command says comes from here. */
export class World {
  readonly options: WorldOptions
  readonly random: Random
  readonly switches = new Set<SwitchName>()
  readonly cluster: Cluster
  readonly sessions: Sessions
  readonly configurations: Configurations
  readonly links = new Links(this)
  readonly taps = new Taps()
  readonly dhcp = new Dhcp(this)
  readonly paths = new Paths(this)
  readonly events = new EventEmitter()
  readonly machines = new Map<string, Machine>()
  readonly units = new Map<string, Unit>()
  /** Who listens as iperf3 server, and who is being served. */
  readonly iperfServers = new Map<string, { process: Process; client: Process | null }>()
  readonly truth: TruthEvent[] = []
  sentLines: SentLine[] | null = null
  readonly createdMs = nowMs()
  /** What each node last told the other before it fell silent. */
  readonly lastStates: Record<NodeId, Record<GroupId, string>> = {
    0: { 0: 'hold', 1: 'hold', 2: 'hold' },
    1: { 0: 'hold', 1: 'hold', 2: 'hold' },
  }
  private readonly own = new Map<string, Devices>()
  private pids = 2000 + Math.floor(Math.random() * 500)
  readonly wiped = new Map<string, NetDevice>()
  /** Ports that somebody moved to another bridge, by "instance device". */
  readonly bridgeOf = new Map<string, string>()
  /** The VF table of the incus host's physical function. */
  readonly vfs = vfsOf(NODES.map(({ id }) => wanMac(id)))

  constructor(options: SomeOptions, programs: (world: World, machine: Machine, name: string) => Program | null) {
    this.options = WorldOptionsSchema.parse(options)
    this.random = new Random(this.options.seed)
    this.events.setMaxListeners(0)
    const make = (name: string, kind: Machine['kind']): Machine => {
      const machine = new Machine(
        name,
        kind,
        () => this.pids++,
        (m, program) => programs(this, m, program),
        filesOf(name),
      )
      machine.devices = devicesOf(machine)
      this.machines.set(name, machine)
      return machine
    }
    make(HOST, 'host')
    for (const node of NODES) make(node.instance, 'firewall')
    make(LAN, 'lan-host')
    make(WAN, 'wan-host')
    this.sessions = new Sessions(this.random, {
      syncMs: () => this.options.sessionSyncMs,
      sync: () => !this.switches.has('no-session-sync'),
      snat: () => !this.switches.has('no-snat'),
      alive: (node) => this.cluster.nodes[node].alive,
      told: ({ protocol, destination, destinationPort }, createdMs, presentMs) =>
        this.record(createdMs, 'session-sync', {
          to: `${protocol} ${destination}:${destinationPort}`,
          latencyMs: presentMs - createdMs,
        }),
    })
    this.configurations = new Configurations(scheduler, this.random, {
      syncMs: () => this.options.configSyncMs,
      on: (name) => this.switches.has(name),
      alive: (node) => this.cluster.nodes[node].alive,
      isPrimary: (node) => this.cluster.nodes[node].states[0] === 'primary',
      changed: (node, policy, present, atMs) => this.record(atMs, 'config', { node: `node${node}`, policy, present }),
    })
    this.cluster = new Cluster(scheduler, this.random, {
      options: () => this.options,
      on: (name) => this.switches.has(name),
      stateChanged: (node, group, line) => {
        this.log(node, `cluster: redundancy group ${group}: ${line.from} -> ${line.to} (${line.reason})`, line.atMs)
        this.record(line.atMs, 'state', { node: node.name, group, from: line.from, to: line.to })
      },
      forwardingChanged: (atMs) => this.paths.review(atMs),
      announce: (node, groups, atMs) => announce(this, node, groups, atMs),
      synchronize: (from, atMs) => {
        this.sessions.bulkSync(from, atMs)
        this.configurations.send(from, atMs)
      },
      log: (node, message, atMs) => this.log(node, message, atMs),
      fabricUp: () => this.links.fabricUp(),
    })
    const start = nowMs()
    for (const node of NODES) {
      const machine = this.machine(node.instance)
      const unit = new Unit(UNIT, machine, {
        startMs: () => this.options.daemonStartMs,
        up: (atMs) => this.cluster.daemonUp(node.id, atMs),
        down: (atMs, clean) => this.daemonDown(node.id, atMs, clean),
      })
      this.units.set(node.instance, unit)
      unit.startNow(start, false)
    }
    this.cluster.settle(start)
    startServers(this)
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name)
    if (!machine) throw new RangeError(`no machine "${name}"`)
    return machine
  }

  nodeOf(machine: Machine): ClusterNode | null {
    return this.cluster.nodes.find((n) => n.instance === machine.name) ?? null
  }

  private log(node: ClusterNode, message: string, atMs: number): void {
    const unit = this.units.get(node.instance)
    this.machine(node.instance).log(UNIT, UNIT, unit?.mainPid ?? 0, message, atMs)
  }

  record(atMs: number, kind: string, details: Record<string, unknown> = {}): void {
    this.truth.push({ atMs, kind, ...details })
    if (this.truth.length > 50_000) this.truth.splice(0, 10_000)
    this.events.emit('truth', this.truth.at(-1))
  }

  /** The devices in an instance's own config, as opposed to its profile's. */
  instanceDevices(name: string): Devices {
    const devices = this.own.get(name) ?? ownDevices(name)
    this.own.set(name, devices)
    return devices
  }

  private daemonDown(id: NodeId, atMs: number, clean: boolean): void {
    this.lastStates[id] = { ...this.cluster.nodes[id].states }
    this.record(atMs, 'daemon-down', { node: `node${id}`, clean })
    this.sessions.clear(id)
    this.cluster.daemonDown(id, atMs, clean)
  }

  /** Turns a switch on or off; takes effect at once. */
  setSwitch(name: SwitchName, on: boolean): void {
    scheduler.runDue()
    if (this.switches.has(name) === on) return
    if (on) this.switches.add(name)
    else this.switches.delete(name)
    const now = nowMs()
    this.record(now, 'switch', { name, on })
    if (name === 'dual-primary') this.links.review(now)
    if (name === 'no-session-sync') this.syncChanged(on, now)
    if (!on && (name === 'no-config-sync' || name === 'writable-secondary')) this.configurations.bringTogether(now)
    if (!on && (name === 'no-takeover' || name === 'no-preempt'))
      for (const node of this.cluster.nodes) this.cluster.claim(node, now)
  }

  /** Both tables as if it had always been so: the backup knows nothing, or everything. */
  private syncChanged(cut: boolean, atMs: number): void {
    const active = this.cluster.forwarder[1].last
    if (active === null) return
    if (cut) this.sessions.clear(active === 0 ? 1 : 0)
    else this.sessions.bulkSync(active, atMs)
  }

  /** Changes some options; throws when one is unknown or makes no sense. */
  setOptions(options: SomeOptions): void {
    Object.assign(this.options, WorldOptionsSchema.parse({ ...this.options, ...options }))
  }

  switchStates(): Record<SwitchName, boolean> {
    return Object.fromEntries(SWITCHES.map((s) => [s, this.switches.has(s)])) as Record<SwitchName, boolean>
  }

  /** Power off an instance at once (`force`), or let its services end first. */
  async stopInstance(machine: Machine, force: boolean): Promise<void> {
    const unit = this.units.get(machine.name)
    if (!force && unit) await unit.stop()
    scheduler.runDue()
    this.record(nowMs(), 'instance-stopped', { instance: machine.name, force })
    machine.running = false
    unit?.lost()
    machine.killAll()
  }

  startInstance(machine: Machine): void {
    if (machine.running) return
    machine.running = true
    machine.bootedAtMs = nowMs()
    this.record(nowMs(), 'instance-started', { instance: machine.name })
    const unit = this.units.get(machine.name)
    for (const device of machine.devices) device.up = true
    this.nodeOf(machine)?.failedLinks.clear()
    this.links.review(nowMs())
    if (unit) scheduler.at(nowMs() + this.options.bootMs, () => machine.running && void unit.start())
    if (machine.name === WAN) startServers(this)
  }
}
