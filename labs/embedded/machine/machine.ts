import { InMemoryFs } from 'just-bash'
import { nowMs } from '../core/scheduler'
import type { Process, Program } from './process'

export type MachineKind = 'host' | 'firewall' | 'lan-host' | 'wan-host' | 'pve' | 'wanulator' | 'edge-node'

export type NetDevice = {
  name: string
  mac: string
  up: boolean
  mtu: number
  addresses: string[]
  /** Device name in the container config. */
  device?: string
  kernel?: string
  /** False: what it hangs on is down. */
  carrier?: boolean
  /** The MAC that the container tool keeps for it by itself (`volatile.DEVICE.hwaddr`). */
  keptMac?: string
}

export type JournalEntry = { atMs: number; unit: string; ident: string; pid: number; message: string; priority: number }

/** A host or an instance: a clock, a file system, devices, processes and a journal. */
export class Machine {
  readonly fs: InMemoryFs
  readonly processes = new Map<number, Process>()
  readonly journal: JournalEntry[] = []
  readonly journalListeners = new Set<(entry: JournalEntry) => void>()
  running = true
  bootedAtMs = nowMs()
  /** This machine's clock minus the lab's, ms. */
  clockOffsetMs = 0
  devices: NetDevice[] = []
  /** Programs that are not installed here, by name. */
  readonly missing = new Set<string>()

  constructor(
    readonly name: string,
    readonly kind: MachineKind,
    readonly nextPid: () => number,
    private readonly programs: (machine: Machine, name: string) => Program | null,
    files: Record<string, string> = {},
  ) {
    this.fs = new InMemoryFs({
      '/etc/hostname': `${name}\n`,
      '/tmp/.keep': '',
      '/root/.keep': '',
      '/var/tmp/.keep': '',
      ...files,
    })
  }

  resolve(name: string): Program | null {
    if (name === '' || this.missing.has(name.split('/').at(-1) ?? '')) return null
    return this.programs(this, name)
  }

  clockMs(): number {
    return nowMs() + this.clockOffsetMs
  }

  /** Adds a journal line; `atMs` is the lab's clock. */
  log(unit: string, ident: string, pid: number, message: string, atMs = nowMs(), priority = 6): void {
    const entry = { atMs: atMs + this.clockOffsetMs, unit, ident, pid, message, priority }
    this.journal.push(entry)
    if (this.journal.length > 5000) this.journal.shift()
    for (const listener of this.journalListeners) listener(entry)
  }

  killAll(): void {
    for (const process of [...this.processes.values()]) process.kill('KILL')
  }
}
