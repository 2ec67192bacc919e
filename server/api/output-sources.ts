import type { RunEvent } from '../domain/event'
import { placeName } from '../domain/place'
import { formatPingLine, type PingHeader, parsePingLine } from '../drivers/ping-parse'
import type { Line } from './output-merge'
import type { Services } from './services'

type Started = Extract<RunEvent, { kind: 'command-started' }>

/** Output that was kept verbatim, of the wanted commands, after seq. */
export async function* outputLines(
  events: readonly RunEvent[],
  afterSeq: number,
  wanted: (commandId: string) => boolean,
): AsyncGenerator<Line> {
  for (const event of events) {
    if (event.kind !== 'output' || event.seq <= afterSeq || !wanted(event.commandId)) continue
    const { seq: position, commandId, from, atMs: appMs, text } = event
    yield { source: 'events', position, commandId, from, appMs, text }
  }
}

function headerOf(events: readonly RunEvent[], commandId: string): { header: PingHeader; atMs: number } | null {
  for (const event of events) {
    if (event.kind !== 'output' || event.commandId !== commandId) continue
    for (const text of event.text.split('\n')) {
      const line = parsePingLine(text, null)
      if (line.kind === 'header') return { header: line.header, atMs: event.atMs }
    }
  }
  return null
}

/** How far the clock of a command's place is ahead of the app's, ms; 0 while that is not known. */
function offsetOf(events: readonly RunEvent[], { command }: Started): number {
  const context = events.findLast((event) => event.kind === 'context')
  if (context?.kind !== 'context') return 0
  const { clocks } = context.context
  return (clocks[placeName(command.place)] ?? clocks[command.host])?.offsetMs ?? 0
}

/** The lines of one probe, rebuilt from its samples; they come after the line that names the target. */
export async function* probeLines(
  services: Services,
  runId: string,
  events: readonly RunEvent[],
  started: Started,
  fromIndex: number,
): AsyncGenerator<Line> {
  const { commandId, stream } = started
  const found = headerOf(events, commandId)
  if (!stream || !found) return
  const offsetMs = offsetOf(events, started)
  let appMs = found.atMs
  for await (const { first, rows } of services.samples.read(runId, stream, { fromIndex }))
    for (const [i, row] of rows.entries()) {
      const text = formatPingLine(found.header, row)
      appMs = Math.max(appMs, (row[1] ?? 0) - offsetMs)
      if (text !== null)
        yield { source: commandId, position: first + i + 1, commandId, from: 'stdout', appMs, text: `${text}\n` }
    }
}
