import type { Host } from '../domain/lab'
import { AppError } from '../errors'
import { type Env, type PasswordHolder, secretsOf } from './redact'
import type { Remote } from './remote'
import { connectSsh } from './ssh'
import type { SshRemote } from './ssh-remote'

/** `streams` for what runs long, `control` for the rest, so that restore never waits for a channel. */
export type PoolRole = 'control' | 'streams'

export type PoolOptions = {
  env?: Env
  /** What else of the lab has a password: it is cut out of all that comes back. */
  passwords?: readonly PasswordHolder[]
  /** A connection without a channel for so long is closed; the next use opens one. */
  idleMs?: number
  connect?: (host: Host) => Promise<SshRemote>
}

/** sshd allows 10 sessions a connection (MaxSessions). */
const CHANNELS_PER_CONNECTION = 8
/** sshd begins to refuse at 10 unauthenticated connections (MaxStartups). */
const CONNECTS_IN_FLIGHT = 8
const IDLE_MS = 60_000

type Slot = {
  remote: Promise<SshRemote>
  /** Set when connected. */
  live?: SshRemote
  isFailed?: boolean
  /** Users who wait for the connection or are about to open a channel. */
  reserved: number
  idle?: NodeJS.Timeout
}

const loadOf = ({ reserved, live }: Slot): number => reserved + (live?.openChannels ?? 0)

const isUsable = ({ live, isFailed }: Slot): boolean => !isFailed && (live?.isAlive ?? true)

/** The SSH connections of one lab, opened on first use and again after a loss; concurrent users share them. */
export class SshPool {
  /** What must never be stored or shown of this lab. */
  readonly secrets: readonly string[]
  private readonly slots = new Map<string, Slot[]>()
  private readonly waiting: (() => void)[] = []
  private connecting = 0
  private isDisposed = false

  constructor(
    private readonly hosts: readonly Host[],
    private readonly options: PoolOptions = {},
  ) {
    this.secrets = secretsOf([...hosts, ...(options.passwords ?? [])], options.env)
  }

  /** The host as a Remote that connects when it is used. Throws `lab-file` for an id that the lab has not. */
  on(hostId: string, role: PoolRole = 'control'): Remote {
    const host = this.hosts.find(({ id }) => id === hostId)
    if (!host) throw new AppError('lab-file', `the lab has no host "${hostId}"`, { host: hostId })
    const use = <T>(work: (remote: SshRemote) => Promise<T>) => this.use(host, role, work)
    return {
      host: hostId,
      exec: (argv, options) => use((remote) => remote.exec(argv, options)),
      put: (path, data, mode) => use((remote) => remote.put(path, data, mode)),
      get: (path) => use((remote) => remote.get(path)),
      stream: (argv, options) => use((remote) => remote.stream(argv, options)),
      shell: (options) => use((remote) => remote.shell(options)),
      close: async () => {},
    }
  }

  /** Closes every connection; what still runs on them rejects with `ssh-lost`. */
  async dispose(): Promise<void> {
    this.isDisposed = true
    const slots = [...this.slots.values()].flat()
    this.slots.clear()
    await Promise.all(slots.map((slot) => slot.remote.then((remote) => remote.close()).catch(() => {})))
  }

  private async use<T>(host: Host, role: PoolRole, work: (remote: SshRemote) => Promise<T>): Promise<T> {
    const slot = this.take(host, role)
    try {
      const remote = await slot.remote
      // Its channel is counted by the connection from this call on.
      return work(remote)
    } finally {
      slot.reserved--
    }
  }

  private take(host: Host, role: PoolRole): Slot {
    if (this.isDisposed)
      throw new AppError('ssh-lost', `${host.id}: the lab's connections are closed`, { host: host.id })
    const key = `${role} ${host.id}`
    const slots = (this.slots.get(key) ?? []).filter(isUsable)
    this.slots.set(key, slots)
    const slot = slots.find((candidate) => loadOf(candidate) < CHANNELS_PER_CONNECTION) ?? this.connect(host, slots)
    slot.reserved++
    this.closeWhenIdle(slot)
    return slot
  }

  private connect(host: Host, slots: Slot[]): Slot {
    const slot: Slot = { remote: this.dial(host), reserved: 0 }
    slots.push(slot)
    slot.remote.then(
      (remote) => {
        slot.live = remote
      },
      () => {
        slot.isFailed = true
      },
    )
    return slot
  }

  private async dial(host: Host): Promise<SshRemote> {
    while (this.connecting >= CONNECTS_IN_FLIGHT) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.connecting++
    try {
      const {
        env,
        passwords,
        connect = (to: Host) => connectSsh(to, { hosts: this.hosts, passwords, env }),
      } = this.options
      return await connect(host)
    } finally {
      this.connecting--
      this.waiting.shift()?.()
    }
  }

  private closeWhenIdle(slot: Slot) {
    clearTimeout(slot.idle)
    slot.idle = setTimeout(() => {
      if (loadOf(slot) > 0) return this.closeWhenIdle(slot)
      slot.isFailed = true
      slot.remote.then((remote) => remote.close()).catch(() => {})
    }, this.options.idleMs ?? IDLE_MS).unref()
  }
}
