import { nowMs, scheduler, type Task } from '../core/scheduler'
import { Timeline } from '../core/timeline'
import { tunnelBytes } from './frames'
import { LINKS, type LinkPlace } from './topology'
import type { WanWorld } from './world'

type Sample = { settledMs: number; rttMs: number | null }
type PathState = {
  link: LinkPlace
  samples: Sample[]
  lastAnswerMs: number
  answersInARow: number
  isAlive: boolean
  /** Beyond a limit when last compared, and not yet well below all of them. */
  isViolating: boolean
}
export type PathQuality = { latencyMs: number; jitterMs: number; lossPercent: number }

/** Share of the samples that jitter may leave out: a path's delay variation is the 95th percentile above the least. */
const JITTER_QUANTILE = 0.95
const MAX_SAMPLES = 20_000

/** Measures each path all the time and sends the traffic over the best one that keeps the SLA. */
export class Router {
  /** The link that carries the traffic; null: all are down. */
  readonly path = new Timeline<string | null>(LINKS[0]?.id ?? null)
  private readonly paths: PathState[]
  private readonly tasks = new Set<Task>()

  constructor(private readonly world: WanWorld) {
    const startMs = nowMs()
    const fresh = { lastAnswerMs: startMs, answersInARow: 0, isAlive: true, isViolating: false }
    this.paths = LINKS.map((link) => ({ link, samples: [], ...fresh })).sort(
      (a, b) => a.link.priority - b.link.priority,
    )
    for (const [i, state] of this.paths.entries())
      this.every(startMs + 3 + i * 7, 'probeMs', (at) => this.probe(state, at))
    this.every(startMs + world.options.recomputeMs, 'recomputeMs', (at) => this.recompute(at))
  }

  /** Ends the measuring. */
  stop(): void {
    for (const task of this.tasks) scheduler.cancel(task)
    this.tasks.clear()
  }

  private later(atMs: number, run: (atMs: number) => void): void {
    const task = scheduler.at(atMs, (at) => {
      this.tasks.delete(task)
      run(at)
    })
    this.tasks.add(task)
  }

  private every(firstMs: number, option: 'probeMs' | 'recomputeMs', run: (atMs: number) => void): void {
    this.later(firstMs, (at) => {
      run(at)
      this.every(at + this.world.options[option], option, run)
    })
  }

  linkInUse(): LinkPlace | null {
    return LINKS.find(({ id }) => id === this.path.last) ?? null
  }

  private probe(state: PathState, atMs: number): void {
    const { link } = state
    const { wires, options } = this.world
    const bytes = tunnelBytes(options.slaBytes)
    const lost = () =>
      this.later(atMs + options.probeLossMs, (at) => this.settle(state, { settledMs: at, rttMs: null }))
    const outMs = wires.carry(link, 'isp', 'sla', bytes, atMs)
    if (outMs === null) {
      lost()
      return
    }
    this.later(outMs + 2 * this.world.oneWayMs(link), (turnedMs) => {
      const backMs = wires.carry(link, 'router', 'sla', bytes, turnedMs)
      const rttMs = backMs === null ? null : backMs - atMs
      if (backMs === null || rttMs === null || rttMs > options.probeLossMs) lost()
      else this.later(backMs, (at) => this.settle(state, { settledMs: at, rttMs }))
    })
  }

  private settle(state: PathState, sample: Sample): void {
    const { options } = this.world
    const { settledMs, rttMs } = sample
    state.samples.push(sample)
    if (state.samples.length > MAX_SAMPLES) state.samples.splice(0, MAX_SAMPLES / 2)
    state.answersInARow = rttMs === null ? 0 : state.answersInARow + 1
    if (rttMs !== null) state.lastAnswerMs = settledMs
    if (state.isAlive && settledMs - state.lastAnswerMs > options.deadMs) {
      state.isAlive = false
      state.isViolating = true
      this.world.record(settledMs, 'sla', { link: state.link.id, alive: false })
      if (this.path.last === state.link.id) this.choose(settledMs, 'down')
    } else if (!state.isAlive && state.answersInARow >= options.aliveProbes) {
      state.isAlive = true
      this.world.record(settledMs, 'sla', { link: state.link.id, alive: true })
      if (this.path.last === null) this.choose(settledMs, 'up')
    }
  }

  /** What was measured on a path lately; null: nothing yet. */
  quality(state: PathState, atMs: number): PathQuality | null {
    const { windowMs, recomputeMs } = this.world.options
    const fromMs = atMs - (windowMs ?? recomputeMs)
    const samples = state.samples.filter(({ settledMs }) => settledMs > fromMs)
    if (samples.length === 0) return null
    const times = samples.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs])).sort((a, b) => a - b)
    const lossPercent = 100 * (1 - times.length / samples.length)
    const [least] = times
    if (least === undefined) return { latencyMs: Number.POSITIVE_INFINITY, jitterMs: 0, lossPercent }
    const latencyMs = times.reduce((sum, ms) => sum + ms, 0) / times.length
    const high = times[Math.floor(JITTER_QUANTILE * (times.length - 1))] ?? least
    return { latencyMs, jitterMs: high - least, lossPercent }
  }

  private recompute(atMs: number): void {
    const { options, switches } = this.world
    for (const state of this.paths) {
      const found = this.quality(state, atMs)
      if (found) {
        const worst = Math.max(
          found.latencyMs / options.slaLatencyMs,
          found.jitterMs / options.slaJitterMs,
          found.lossPercent / options.slaLossPercent,
        )
        state.isViolating = worst > (state.isViolating ? options.returnShare : 1)
      }
      // Forgets what it measured as soon as it has left a path, and so comes back to it.
      if (switches.has('flapping') && state.link.id !== this.path.last) state.isViolating = false
      const fromMs = atMs - 2 * (options.windowMs ?? options.recomputeMs)
      state.samples = state.samples.filter(({ settledMs }) => settledMs > fromMs)
    }
    this.choose(atMs, 'sla')
  }

  private choose(atMs: number, reason: 'sla' | 'down' | 'up'): void {
    const current = this.path.last
    if (this.world.switches.has('no-failover') && current !== null) return
    const alive = this.paths.filter(({ isAlive }) => isAlive)
    const stays = alive.find(({ link }) => link.id === current)
    const next = alive.find(({ isViolating }) => !isViolating) ?? stays ?? alive[0]
    const to = next?.link.id ?? null
    if (this.path.set(atMs, to)) this.world.record(atMs, 'path', { from: current, to, reason })
  }

  /** How each path looks to the router now. */
  states(atMs: number) {
    return this.paths.map((state) => {
      const { link, isAlive, isViolating } = state
      return { link: link.id, alive: isAlive, violating: isViolating, ...this.quality(state, atMs) }
    })
  }
}
