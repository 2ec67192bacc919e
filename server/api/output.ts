import { z } from 'zod'
import type { RunEvent } from '../domain/event'
import type { OutputPage, OutputPiece } from '../domain/views'
import { AppError } from '../errors'
import { type Line, mergeLines } from './output-merge'
import { outputLines, probeLines } from './output-sources'
import { allEvents, requireRun } from './run-detail'
import type { Services } from './services'

export type OutputRequest = { id: string; commandId?: string; search?: string; after?: string | null; limit: number }

type Started = Extract<RunEvent, { kind: 'command-started' }>

/** How far each source has been read: the last event's seq, and per command the next index of its stream. */
const CursorSchema = z.tuple([z.number(), z.record(z.string(), z.number())])
type Cursor = z.infer<typeof CursorSchema>

function parseCursor(text: string | null | undefined): Cursor {
  if (!text) return [0, {}]
  try {
    return CursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new AppError('bad-input', `after: "${text}" is no cursor that this API gave out`, { cause })
  }
}

const formatCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** A page ends after so many lines even if hardly any was found, so that a search never holds a request for long. */
const MOST_SCANNED = 50_000
/** Lines that belong together travel together. */
const MOST_LINES = 100

function place(cursor: Cursor, line: Line): Cursor {
  if (line.source === 'events') return [line.position, cursor[1]]
  return [cursor[0], { ...cursor[1], [line.source]: line.position }]
}

const goesOn = (piece: OutputPiece, line: Line): boolean =>
  line.source !== 'events' && piece.commandId === line.commandId && piece.atMs === null

function append(pieces: OutputPiece[], lines: number, line: Line, text: string, cursor: string): boolean {
  const piece = pieces.at(-1)
  if (piece && goesOn(piece, line) && lines < MOST_LINES) {
    piece.text += text
    piece.cursor = cursor
    return true
  }
  const atMs = line.source === 'events' ? line.appMs : null
  pieces.push({ cursor, commandId: line.commandId, from: line.from, atMs, text })
  return false
}

/** Only the lines with `search` in them, upper or lower case; everything without a search. */
function matching(text: string, search: string | undefined): string {
  if (!search) return text
  const wanted = search.toLowerCase()
  return text
    .split(/(?<=\n)/)
    .filter((line) => line.toLowerCase().includes(wanted))
    .join('')
}

/**
 * Raw output, verbatim: what was kept as it came, and between it the lines of probes, rebuilt from their samples.
 * Rejects with AppError not-found, or bad-input for a strange cursor.
 */
export async function readOutput(services: Services, request: OutputRequest): Promise<OutputPage> {
  await requireRun(services, request.id)
  let cursor = parseCursor(request.after)
  const started: Started[] = []
  const events: RunEvent[] = []
  for await (const event of allEvents(services, request.id)) {
    events.push(event)
    if (event.kind === 'command-started' && /^(probe|phase):/.test(event.stream ?? '')) started.push(event)
  }
  const wanted = (id: string) => request.commandId === undefined || request.commandId === id
  const sources = [
    outputLines(events, cursor[0], wanted),
    ...started
      .filter((command) => wanted(command.commandId))
      .map((command) => probeLines(services, request.id, events, command, cursor[1][command.commandId] ?? 0)),
  ]
  const pieces: OutputPiece[] = []
  let scanned = 0
  let lines = 0
  for await (const line of mergeLines(sources)) {
    if (pieces.length >= request.limit || scanned++ >= MOST_SCANNED) return { pieces, next: formatCursor(cursor) }
    cursor = place(cursor, line)
    const text = matching(line.text, request.search)
    if (text === '') continue
    lines = append(pieces, lines, line, text, formatCursor(cursor)) ? lines + 1 : 1
  }
  return { pieces, next: null }
}
