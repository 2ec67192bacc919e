import type { Traffic } from '../domain/lab'
import type { Load } from '../domain/load'
import { delay } from '../transport/retry'
import type { LabAccess } from './at'
import { type Iperf3Line, Iperf3Parser } from './iperf3-parse'
import { type LineReading, type RunningTool, startTool, type ToolOptions } from './tool'

/** The shortest interval that iperf3 reports is 0.1 s. */
const INTERVAL_S = 0.5

/** A client at a rate of its own, or at full speed with the congestion control that it names. */
export type Iperf3Client = Traffic | Load

/** One client against a listening server; text intervals, flushed, since 3.12 prints JSON only at the end. */
export const iperf3Argv = (client: Iperf3Client, durationS: number): string[] => [
  ...['iperf3', '-c', client.server, '-p', String(client.port), '-t', String(Math.ceil(durationS))],
  ...['-i', String(INTERVAL_S), '-P', String(client.parallel)],
  ...['-b', String(Math.round('congestion' in client ? client.streamBitPerS : client.bitPerS))],
  ...('congestion' in client ? ['-C', client.congestion] : []),
  ...(client.direction === 'download' ? ['-R'] : []),
  '--forceflush',
]

export type Iperf3Options = ToolOptions & {
  durationS: number
  /** What is no interval: sockets, the final table, errors, "done". */
  onFact?: (fact: Exclude<Iperf3Line, { kind: 'interval' | 'heading' | 'unparsed' }>) => void
  /** A server that is busy with an earlier test is tried again so often, 1 s, 2 s, 4 s … apart. */
  attempts?: number
}

/** Starts one client; rows are those of SAMPLE_COLUMNS.traffic. Try `startTraffic` for one that waits for a busy server. */
export function startIperf3(access: LabAccess, client: Iperf3Client, options: Iperf3Options): Promise<RunningTool> {
  const parser = new Iperf3Parser()
  const read = (line: string, receivedMs: number): LineReading => {
    const parsed = parser.line(line, receivedMs)
    if (parsed.kind === 'interval') return parsed.omitted ? { keep: true } : { row: parsed.row, keep: true }
    if (parsed.kind !== 'heading' && parsed.kind !== 'unparsed') options.onFact?.(parsed)
    return { keep: true }
  }
  const onOutput: ToolOptions['onOutput'] = (line, from, receivedMs) => {
    const parsed = from === 'stderr' ? parser.line(line, receivedMs) : null
    if (parsed?.kind === 'error') options.onFact?.(parsed)
    options.onOutput?.(line, from, receivedMs)
  }
  return startTool(access, client.from, iperf3Argv(client, options.durationS), read, { ...options, onOutput })
}

/** As `startIperf3`, trying again while the server is busy. `stop` ends the trying, too; `done` is the last client's. */
export async function startTraffic(
  access: LabAccess,
  client: Iperf3Client,
  options: Iperf3Options,
): Promise<RunningTool> {
  const { attempts = 5, signal, onFact } = options
  let isBusy = false
  let isStopped = false
  const watched: Iperf3Options = {
    ...options,
    onFact(fact) {
      isBusy ||= fact.kind === 'error' && fact.busy
      onFact?.(fact)
    },
  }
  let current = await startIperf3(access, client, watched)
  const follow = async () => {
    for (let attempt = 1; ; attempt++) {
      const end = await current.done
      if (!isBusy || isStopped || attempt >= attempts || signal?.aborted) return end
      await delay(1000 * 2 ** (attempt - 1), signal)
      isBusy = false
      if (isStopped) return end
      current = await startIperf3(access, client, watched)
    }
  }
  const done = follow()
  done.catch(() => {})
  return {
    command: current.command,
    done,
    stop() {
      isStopped = true
      return current.stop()
    },
  }
}
