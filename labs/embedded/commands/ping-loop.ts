import { answeredGapMs, MIN_INTERVAL_MS, unansweredGapMs, wakeUpLateMs } from '../core/ping-gaps'
import { scheduler, type Task } from '../core/scheduler'
import type { Process } from '../machine/process'
import type { Echo } from '../world/echo'
import type { PingWorld, SendEcho } from './ping-world'

type Settings = {
  intervalMs: number
  count: number
  outstanding: boolean
  id: number
  send: SendEcho
}
type Hooks = {
  outstanding: (sequence: number, atMs: number) => void
  sent: (sequence: number, atMs: number) => void
  answer: (echo: Echo, sequence: number, sentMs: number, printedMs: number) => void
  lastSent: () => void
}

/**
 * The main loop of iputils ping: when it sends, and what wakes it up. While all requests are answered it spins to the
 * exact interval; while one is in flight it sleeps in poll() for 10 ms or until a reply comes; from 10 ms on it sleeps
 * in the receive timeout, which counts kernel ticks. How long each of these really takes is replayed from recordings.
 * All instants are the schedule's, never those of the node timer that carried them out.
 */
export class PingLoop {
  private sequence = 0
  private acknowledged = 0
  /** Answered or reported as unreachable. */
  private settled = 0
  private sentMs = 0
  private next: Task | null = null
  private stopped = false
  private readonly waiting = new Map<number, number>()
  private readonly sendTimes = new Map<number, number>()
  private stallEndsMs = 0
  private stampedMs = 0
  private nextStallMs = Number.POSITIVE_INFINITY
  /** Length of a stall that was asked for; null: only the switch makes ping stall. */
  private stallMs: number | null = null

  constructor(
    private readonly world: PingWorld,
    private readonly p: Process,
    private readonly settings: Settings,
    private readonly hooks: Hooks,
  ) {}

  start(atMs: number): void {
    this.nextStallMs = atMs + this.world.stall().everyMs
    const stall = (fromMs: number, lengthMs: number) => {
      this.nextStallMs = fromMs
      this.stallMs = lengthMs
    }
    this.world.events.on('stall', stall)
    this.p.atEnd(() => this.world.events.off('stall', stall))
    this.schedule(atMs)
  }

  stop(): void {
    this.stopped = true
    scheduler.cancel(this.next)
  }

  /** Every request of `-c` is sent and answered. */
  get complete(): boolean {
    return this.settings.count > 0 && this.sequence >= this.settings.count && this.settled >= this.settings.count
  }

  private schedule(atMs: number): void {
    scheduler.cancel(this.next)
    this.next = scheduler.at(atMs, (at) => this.wake(at))
  }

  /** True when the process is frozen at `atMs`; then nothing is sent or read until the stall is over. */
  private stalled(atMs: number): boolean {
    const stall = this.world.stall()
    if ((stall.isOn || this.stallMs !== null) && atMs >= this.nextStallMs) {
      this.stallEndsMs = atMs + (this.stallMs ?? stall.lengthMs)
      this.nextStallMs = this.stallEndsMs + stall.everyMs
      this.stallMs = null
    }
    return atMs < this.stallEndsMs
  }

  private wake(atMs: number): void {
    if (this.stopped || !this.p.alive) return
    if (this.stalled(atMs)) {
      this.schedule(this.stallEndsMs)
      return
    }
    this.send(atMs)
  }

  private send(atMs: number): void {
    const { settings, hooks } = this
    const { random } = this.world
    if (settings.outstanding && this.sequence > 0 && this.waiting.has(this.sequence)) {
      hooks.outstanding(this.sequence, this.stamp(atMs - random.uniform(0.004, 0.02)))
      if (this.stopped || !this.p.alive) return
    }
    const sequence = ++this.sequence
    this.sentMs = atMs
    this.waiting.set(sequence, atMs)
    this.sendTimes.set(sequence, atMs)
    if (this.sendTimes.size > 20_000) this.forget(sequence - 20_000)
    hooks.sent(sequence, atMs)
    settings.send({ id: settings.id, sequence: sequence % 65536, sendMs: atMs }, (echo) => this.arrived(echo, sequence))
    if (settings.count > 0 && sequence >= settings.count) {
      hooks.lastSent()
      return
    }
    this.schedule(atMs + unansweredGapMs(random, settings.intervalMs))
  }

  /** When a line is stamped: what is read in one burst is stamped one line after the other. */
  private stamp(atMs: number): number {
    this.stampedMs = Math.max(atMs, this.stampedMs + 0.003)
    return this.stampedMs
  }

  private forget(sequence: number): void {
    this.sendTimes.delete(sequence)
    this.waiting.delete(sequence)
  }

  private arrived(echo: Echo, sequence: number): void {
    if (this.stopped || !this.p.alive) return
    if (this.stalled(echo.atMs)) {
      // Read after the stall, in one burst; the kernel's receive stamp keeps the round trip true.
      scheduler.at(this.stallEndsMs, () => this.read(echo, sequence, this.stallEndsMs))
      return
    }
    this.read(echo, sequence, echo.atMs)
  }

  private read(echo: Echo, sequence: number, atMs: number): void {
    if (this.stopped || !this.p.alive) return
    const sentMs = this.sendTimes.get(sequence) ?? echo.atMs
    if (echo.kind === 'unreachable' || this.waiting.has(sequence)) this.settled++
    // An error acknowledges, but it is no answer: `-O` still says "no answer yet".
    if (echo.kind === 'reply') this.waiting.delete(sequence)
    this.acknowledged = Math.max(this.acknowledged, sequence)
    this.hooks.answer(echo, sequence, sentMs, this.stamp(atMs + this.world.random.uniform(0.012, 0.05)))
    if (this.settings.count > 0 && this.sequence >= this.settings.count) return
    this.reschedule(atMs)
  }

  /** A reply woke ping up at `atMs`: when does it send next? */
  private reschedule(atMs: number): void {
    const { intervalMs } = this.settings
    const { random } = this.world
    const passedMs = Math.floor(atMs - this.sentMs)
    const inFlight = this.sequence - this.acknowledged > 0
    const restMs = intervalMs - passedMs
    if (restMs <= 0) this.schedule(atMs + 0.03)
    else if (restMs >= Math.max(intervalMs, MIN_INTERVAL_MS)) {
      if (!inFlight) this.schedule(this.sentMs + answeredGapMs(random, intervalMs))
    } else if (restMs > MIN_INTERVAL_MS) this.schedule(atMs + restMs + wakeUpLateMs(random))
    else if (inFlight) this.schedule(atMs + MIN_INTERVAL_MS + wakeUpLateMs(random))
    else if (intervalMs >= MIN_INTERVAL_MS) this.schedule(this.sentMs + intervalMs + random.uniform(0, 0.06))
    else this.schedule(Math.max(atMs + 0.01, this.sentMs + answeredGapMs(random, intervalMs)))
  }
}
