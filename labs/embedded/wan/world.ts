import { EventEmitter } from 'node:events'
import { Random } from '../core/random'
import { nowMs, scheduler } from '../core/scheduler'
import { Machine, type MachineKind } from '../machine/machine'
import type { Program } from '../machine/process'
import { release } from '../world/files'
import type { SomeOptions } from '../world/options'
import type { SentLine, TruthEvent } from '../world/world'
import { Load } from './load'
import { WAN_SWITCHES, type WanOptions, WanOptionsSchema, type WanSwitch } from './options'
import { Router } from './router'
import { applySwitch } from './switches'
import { EDGE, EDGE_USER, type LinkPlace, PVE, VMS } from './topology'
import { Vm } from './vm'
import { Wires } from './wires'

type Programs = (world: WanWorld, machine: Machine, name: string) => Program | null

/** One simulated WAN lab: PVE host, WANulators, router, ISPs, edge node. Everything that any command says comes from here. */
export class WanWorld {
  readonly options: WanOptions
  readonly random: Random
  readonly switches = new Set<WanSwitch>()
  readonly events = new EventEmitter()
  readonly truth: TruthEvent[] = []
  readonly wires = new Wires(this)
  readonly vms: readonly Vm[]
  readonly router: Router
  readonly load = new Load(this)
  sentLines: SentLine[] | null = null
  readonly createdMs = nowMs()
  private readonly hosts: ReadonlyMap<string, Machine>
  private pids = 2000 + Math.floor(Math.random() * 500)
  private inodes = 24_000
  private readonly passes = new Map<string, string>()

  constructor(
    options: SomeOptions,
    private readonly programs: Programs,
  ) {
    this.options = WanOptionsSchema.parse(options)
    this.random = new Random(this.options.seed)
    this.events.setMaxListeners(0)
    const make = (name: string, kind: MachineKind, files: Record<string, string>): [string, Machine] => [
      name,
      new Machine(name, kind, this.nextPid, (m, program) => this.programOn(m, program), {
        ...{ '/etc/os-release': release, '/run/systemd/system/.keep': '', '/proc/sys/net/ipv4/ip_forward': '1\n' },
        ...files,
      }),
    ]
    const home = `/home/${EDGE_USER}`
    this.hosts = new Map([
      make(PVE, 'pve', { '/etc/pve/.version': '8.2\n' }),
      make(EDGE, 'edge-node', { [`${home}/.keep`]: '', [`${home}/locustfile.py`]: LOCUSTFILE }),
    ])
    this.vms = VMS.map((place) => new Vm(this, place))
    this.router = new Router(this)
  }

  /** Brings the lab into the state it is found in; to be awaited before anybody is let in. */
  async settle(): Promise<void> {
    for (const vm of this.vms) if (vm.isHooked) await vm.settle()
    const readyMs = nowMs() + this.options.emulatorStartMs
    await new Promise<void>((resolve) => scheduler.at(readyMs + 10, () => resolve()))
  }

  readonly nextPid = (): number => this.pids++
  /** Number of a socket. */
  readonly nextInode = (): number => this.inodes++

  programOn(machine: Machine, name: string): Program | null {
    return this.programs(this, machine, name)
  }

  /** Hosts and WANulators that run, by name; a WANulator's is "wanulator-…". */
  get machines(): ReadonlyMap<string, Machine> {
    return new Map([...this.hosts, ...this.vms.map(({ place, machine }): [string, Machine] => [place.name, machine])])
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name)
    if (!machine) throw new RangeError(`no machine "${name}"`)
    return machine
  }

  vm(id: number): Vm {
    const vm = this.vms.find(({ place }) => place.vm === id)
    if (!vm) throw new RangeError(`no VM ${id}`)
    return vm
  }

  /** One way beyond the ISP of a link, ms. */
  oneWayMs({ delayMs, jitterMs }: LinkPlace): number {
    return delayMs + this.random.uniform(0, jitterMs)
  }

  record(atMs: number, kind: string, details: Record<string, unknown> = {}): void {
    this.truth.push({ atMs, kind, ...details })
    if (this.truth.length > 50_000) this.truth.splice(0, 10_000)
    this.events.emit('truth', this.truth.at(-1))
  }

  /** Writes down what a link does now, if that has changed: functions in force per interface and emulator, NICs. */
  reviewLink(link: LinkPlace, atMs: number): void {
    const emulators = this.vm(link.vm).isRunning ? this.vm(link.vm).inForce() : []
    const nicsUp = [link.inside, link.outside].every((nic) => this.wires.nics.get(nic)?.up)
    const now = { emulators, nicsUp }
    const text = JSON.stringify(now)
    if (this.passes.get(link.id) === text) return
    this.passes.set(link.id, text)
    this.record(atMs, 'link', { link: link.id, ...now })
  }

  /** Turns a switch on or off; takes effect at once. */
  setSwitch(name: WanSwitch, on: boolean): void {
    scheduler.runDue()
    if (this.switches.has(name) === on) return
    if (on) this.switches.add(name)
    else this.switches.delete(name)
    this.record(nowMs(), 'switch', { name, on })
    applySwitch(this, name, on)
  }

  switchStates(): Record<WanSwitch, boolean> {
    return Object.fromEntries(WAN_SWITCHES.map((s) => [s, this.switches.has(s)])) as Record<WanSwitch, boolean>
  }

  /** Changes some options; throws when one is unknown or makes no sense. */
  setOptions(options: SomeOptions): void {
    Object.assign(this.options, WanOptionsSchema.parse({ ...this.options, ...options }))
  }

  close(): void {
    this.router.stop()
    this.load.stop()
    for (const vm of this.vms) if (vm.isRunning) vm.stop()
    for (const machine of this.hosts.values()) {
      machine.running = false
      machine.killAll()
    }
  }
}

const LOCUSTFILE = `from locust import HttpUser, task


class WanUser(HttpUser):
    host = "http://192.168.100.2:8001"

    @task
    def page(self):
        self.client.get("/")
`
