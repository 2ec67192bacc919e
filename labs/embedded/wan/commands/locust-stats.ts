/** Columns as locust 2 names them. */
const SHARES = [0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1]
const SHARE_NAMES = ['50%', '66%', '75%', '80%', '90%', '95%', '98%', '99%', '99.9%', '99.99%', '100%'].join(',')
const STATS_HEAD = `Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,${SHARE_NAMES}`
export const HISTORY_HEAD = `Timestamp,User Count,Type,Name,Requests/s,Failures/s,${SHARE_NAMES},Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size`

/** "Current" numbers leave the last two seconds out, and look back on ten. */
const CURRENT_S = { from: 12, to: 2 }
const FAILURES = {
  refused: "ConnectionRefusedError(111, 'Connection refused')",
  timeout: "ReadTimeout(ReadTimeoutError('Read timed out.'))",
}

type Second = { requests: number; failures: number; times: number[] }

/** Response times as locust keeps them: coarser the longer they are. */
const rounded = (ms: number): number =>
  ms < 100 ? Math.round(ms) : ms < 1000 ? 10 * Math.round(ms / 10) : 100 * Math.round(ms / 100)

function percentiles(times: readonly number[]): (number | string)[] {
  if (times.length === 0) return SHARES.map(() => 'N/A')
  const sorted = [...times].sort((a, b) => a - b)
  return SHARES.map(
    (share) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0,
  )
}

/** What one run of locust has counted. */
export class LocustStats {
  private readonly seconds = new Map<number, Second>()
  private times: number[] = []
  private sumMs = 0
  private minMs = Number.POSITIVE_INFINITY
  private maxMs = 0
  private sumBytes = 0
  private requests = 0
  failures = 0
  private readonly reasons = new Map<string, number>()

  add(atMs: number, ms: number, failure: keyof typeof FAILURES | null, bytes: number): void {
    const second = Math.floor(atMs / 1000)
    const entry = this.seconds.get(second) ?? { requests: 0, failures: 0, times: [] }
    this.seconds.set(second, entry)
    this.requests++
    entry.requests++
    entry.times.push(rounded(ms))
    this.times.push(rounded(ms))
    this.sumMs += ms
    this.sumBytes += bytes
    this.minMs = Math.min(this.minMs, ms)
    this.maxMs = Math.max(this.maxMs, ms)
    if (failure === null) return
    this.failures++
    entry.failures++
    this.reasons.set(FAILURES[failure], (this.reasons.get(FAILURES[failure]) ?? 0) + 1)
  }

  heads(): Record<string, string> {
    return { stats: STATS_HEAD, failures: 'Method,Name,Error,Occurrences', exceptions: 'Count,Message,Traceback,Nodes' }
  }

  private totals(): (number | string)[] {
    const { requests } = this
    const sorted = this.times.toSorted((a, b) => a - b)
    const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
    const mean = requests > 0 ? this.sumMs / requests : 0
    return [median, mean, requests > 0 ? this.minMs : 0, this.maxMs, requests > 0 ? this.sumBytes / requests : 0]
  }

  /** Rows for one moment: with the full history one per name, and always that of all. */
  history(nowMs: number, users: number, isFull: boolean): string {
    const last = Math.floor(nowMs / 1000)
    const chosen = [...this.seconds]
      .filter(([s]) => s >= last - CURRENT_S.from && s < last - CURRENT_S.to)
      .map(([, entry]) => entry)
    const span = CURRENT_S.from - CURRENT_S.to
    const perS = (get: (entry: Second) => number): string =>
      (chosen.reduce((sum, entry) => sum + get(entry), 0) / span).toFixed(6)
    const times = isFull ? chosen.flatMap((entry) => entry.times) : this.times
    const row = (type: string, name: string): string =>
      [
        ...[last, users, type, name, perS((e) => e.requests), perS((e) => e.failures), ...percentiles(times)],
        ...[this.requests, this.failures, ...this.totals()],
      ].join(',')
    return `${[...(isFull && this.requests > 0 ? [row('GET', '/')] : []), row('', 'Aggregated')].join('\r\n')}\r\n`
  }

  /** The files that are written anew each time. */
  files(nowMs: number, startMs: number): Record<string, string> {
    const seconds = Math.max(1, (nowMs - startMs) / 1000)
    const row = (type: string, name: string): string =>
      [
        type,
        name,
        this.requests,
        this.failures,
        ...this.totals(),
        this.requests / seconds,
        this.failures / seconds,
        ...percentiles(this.times),
      ].join(',')
    const stats = [STATS_HEAD, ...(this.requests > 0 ? [row('GET', '/')] : []), row('', 'Aggregated'), '']
    const failures = [...this.reasons].map(([error, count]) => `GET,/,"${error}",${count}`)
    return {
      stats: stats.join('\r\n'),
      failures: [this.heads().failures, ...failures, ''].join('\r\n'),
    }
  }

  /** The closing table. */
  table(): string {
    const [median = 0, mean = 0, min = 0, max = 0] = this.totals().map(Number)
    const share = this.requests > 0 ? (100 * this.failures) / this.requests : 0
    const numbers = [mean, min, max, median].map((ms) => String(Math.round(ms)).padStart(7)).join('')
    return `Type     Name  # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s
         Aggregated ${String(this.requests).padStart(7)} ${`${this.failures}(${share.toFixed(2)}%)`.padStart(12)} |${numbers}\n`
  }
}
