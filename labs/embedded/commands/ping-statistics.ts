/** "0.412", "1.22", "10.4", "100": the rules of iputils, from whole µs. */
export function roundTripText(us: number): string {
  const fraction = (value: number, digits: number): string => String(value).padStart(digits, '0')
  if (us >= 100_000 - 50) return String(Math.floor((us + 500) / 1000))
  if (us >= 10_000 - 5) return `${Math.floor((us + 50) / 1000)}.${Math.floor(((us + 50) % 1000) / 100)}`
  if (us >= 1000) return `${Math.floor((us + 5) / 1000)}.${fraction(Math.floor(((us + 5) % 1000) / 10), 2)}`
  return `${Math.floor(us / 1000)}.${fraction(us % 1000, 3)}`
}

const ms = (us: number): string => `${Math.floor(us / 1000)}.${String(Math.floor(us) % 1000).padStart(3, '0')}`

/** C's %g for a share in percent. */
const percent = (value: number): string => String(Number(value.toPrecision(6)))

/** The counters behind the closing block. */
export class PingStatistics {
  sentCount = 0
  receivedCount = 0
  duplicates = 0
  errors = 0
  maxUs = 0
  private minUs = Number.POSITIVE_INFINITY
  private sum = 0
  private squares = 0
  private lastSentMs: number
  private pipe = 0

  constructor(private readonly startMs: number) {
    this.lastSentMs = startMs
  }

  sent(sequence: number, atMs: number): void {
    this.sentCount = sequence
    this.lastSentMs = atMs
  }

  received(sequence: number, us: number, duplicate: boolean): void {
    if (duplicate) this.duplicates++
    else this.receivedCount++
    this.sum += us
    this.squares += us * us
    this.minUs = Math.min(this.minUs, us)
    this.maxUs = Math.max(this.maxUs, us)
    this.pipe = Math.max(this.pipe, this.sentCount - sequence + 1)
  }

  summary(): string {
    const lost = this.sentCount > 0 ? ((this.sentCount - this.receivedCount) * 100) / this.sentCount : 0
    const extra = `${this.duplicates > 0 ? `, +${this.duplicates} duplicates` : ''}${this.errors > 0 ? `, +${this.errors} errors` : ''}`
    const time = Math.round(this.lastSentMs - this.startMs)
    const counts = `${this.sentCount} packets transmitted, ${this.receivedCount} received${extra}, ${percent(lost)}% packet loss, time ${time}ms`
    const pipe = this.pipe > 1 ? `pipe ${this.pipe}` : ''
    const times = this.times()
    return `${counts}\n${times}${times && pipe ? ', ' : ''}${pipe}`
  }

  private times(): string {
    const total = this.receivedCount + this.duplicates
    if (total === 0) return ''
    const mean = this.sum / total
    const deviation = Math.sqrt(Math.max(0, this.squares / total - mean * mean))
    return `rtt min/avg/max/mdev = ${ms(this.minUs)}/${ms(mean)}/${ms(this.maxUs)}/${ms(deviation)} ms`
  }

  short(): string {
    const lost = this.sentCount > 0 ? Math.floor(((this.sentCount - this.receivedCount) * 100) / this.sentCount) : 0
    return `${this.receivedCount}/${this.sentCount} packets, ${lost}% loss`
  }
}
