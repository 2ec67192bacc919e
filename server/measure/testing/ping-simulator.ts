/**
 * An independent stand-in for `ping -D -O -n -i …` over a path that stops and resumes at known times: it imports nothing
 * of what it tests. It walks the main loop of iputils (truncated milliseconds, 10 ms sleep while something is in
 * flight, "no answer yet" just before the next send) and prints lines; spacings of 5.0 / 8 / 10.2 / 16 ms come out of it.
 */
import { seeded } from './random'

export type PingWorld = {
  seed: number
  /** ping -i, ms. */
  intervalMs: number
  /** Kernel tick that long sleeps are rounded to, ms. */
  tickMs: number
  rttMs: number
  /** Up to so much more, on one leg at random, ms. */
  jitterMs: number
  /** Jitter has an exponential tail with mean jitterMs instead. */
  longTail?: boolean
  /** Share of the RTT that lies before the device, both ways together, 0…1. */
  shareBefore: number
  /** Random loss of one probe. */
  loss: number
  /** The device forwards nothing in [downMs, upMs); null: never fails. Epoch ms. */
  outage: { downMs: number; upMs: number } | null
  /** Times in which the ping process does not run. Epoch ms. */
  asleep: { fromMs: number; toMs: number }[]
  startMs: number
  endMs: number
  target: string
  /** Sequence of the first probe. */
  firstSeq: number
}

type Flight = { seq: number; arriveMs: number; rttMs: number }

const rttText = (us: number): string => {
  if (us >= 99_950) return `${Math.floor((us + 500) / 1000)}`
  if (us >= 9_995) return (Math.floor((us + 50) / 100) / 10).toFixed(1)
  if (us >= 1_000) return (Math.floor((us + 5) / 10) / 100).toFixed(2)
  return (us / 1000).toFixed(3)
}

const stamp = (ms: number): string => {
  const us = Math.floor(ms * 1000)
  return `[${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}]`
}

/** Milliseconds between two times as ping computes them: seconds and nanoseconds apart, the latter truncated. */
function truncatedMs(fromMs: number, toMs: number): number {
  const seconds = Math.floor(toMs / 1000) - Math.floor(fromMs / 1000)
  return seconds * 1000 + Math.trunc((toMs % 1000) - (fromMs % 1000))
}

export function simulatePing(world: PingWorld): string[] {
  const random = seeded(world.seed)
  const lines = [`PING ${world.target} (${world.target}) 56(84) bytes of data.`]
  const flights: Flight[] = []
  const answered = new Set<number>()
  const sleeps = [...world.asleep].sort((a, b) => a.fromMs - b.fromMs)
  let sleepAt = 0
  /** The next moment at which the process runs, not before t, with a few microseconds of work. */
  const awake = (t: number): number => {
    let now = t + 0.002 + random() * 0.02
    while (sleepAt < sleeps.length && (sleeps[sleepAt]?.toMs ?? 0) <= now) sleepAt++
    const sleep = sleeps[sleepAt]
    if (sleep && now >= sleep.fromMs) now = sleep.toMs + random() * 0.05
    return now
  }
  const blocked = (t: number) => world.outage !== null && t >= world.outage.downMs && t < world.outage.upMs
  const send = (seq: number, t: number): void => {
    const size = world.longTail ? -Math.log(1 - random()) : random() * random()
    const extra = [size * world.jitterMs, random(), random()] as const
    const before = (world.rttMs * world.shareBefore) / 2
    const legs = [before, world.rttMs * (1 - world.shareBefore), before] as const
    // jitter is split at random over request, beyond and reply
    const split = extra[1] < 0.33 ? 0 : extra[1] < 0.67 ? 1 : 2
    const [forward, beyond, back] = legs.map((leg, i) => leg + (i === split ? extra[0] : 0)) as [number, number, number]
    const rttMs = forward + beyond + back
    const lost = blocked(t + forward) || blocked(t + forward + beyond) || extra[2] < world.loss
    if (!lost) flights.push({ seq, arriveMs: t + rttMs, rttMs })
  }

  let now = world.startMs
  let decidedMs = Number.NEGATIVE_INFINITY
  let sent = world.firstSeq - 1
  let acknowledged = sent
  while (now < world.endMs) {
    now = awake(now)
    const elapsed = decidedMs === Number.NEGATIVE_INFINITY ? world.intervalMs : truncatedMs(decidedMs, now)
    let next = world.intervalMs - elapsed
    if (next <= 0) {
      decidedMs = now
      if (sent >= world.firstSeq && !answered.has(sent)) {
        lines.push(`${stamp(now)} no answer yet for icmp_seq=${sent % 65_536}`)
        now = awake(now + random() * 0.05)
      }
      sent++
      send(sent, now)
      next = world.intervalMs
    }
    const inFlight = sent - acknowledged > 0
    const arrival = flights.reduce((least, flight) => Math.min(least, flight.arriveMs), Number.POSITIVE_INFINITY)
    if (next <= 10 && !inFlight) {
      // it spins until the interval has passed, or something arrives
      now = Math.max(now, Math.min(arrival, nextDue(decidedMs, now, world.intervalMs)))
    } else {
      const sleep =
        next <= 10 ? 10 + 0.06 + random() * 0.12 : (Math.ceil(next / world.tickMs) + random()) * world.tickMs
      now = Math.max(now, Math.min(arrival, now + sleep))
    }
    now = awake(now)
    for (const flight of flights.filter((each) => each.arriveMs <= now).sort((a, b) => a.arriveMs - b.arriveMs)) {
      flights.splice(flights.indexOf(flight), 1)
      answered.add(flight.seq)
      acknowledged = Math.max(acknowledged, flight.seq)
      const time = rttText(Math.floor(flight.rttMs * 1000))
      lines.push(`${stamp(now)} 64 bytes from ${world.target}: icmp_seq=${flight.seq % 65_536} ttl=62 time=${time} ms`)
      now = awake(now + 0.003)
    }
  }
  return lines
}

/** When the spinning process sees its interval as passed: at the first instant whose truncated difference reaches it. */
function nextDue(decidedMs: number, now: number, intervalMs: number): number {
  const secondMs = Math.ceil((decidedMs + intervalMs - 1) / 1000) * 1000
  const candidates = [decidedMs + intervalMs - 1, secondMs, decidedMs + intervalMs].sort((a, b) => a - b)
  return candidates.find((t) => t >= now && truncatedMs(decidedMs, t) >= intervalMs) ?? decidedMs + intervalMs
}
