import {
  PACKET_KINDS,
  POLL_ANSWERS,
  PROBE_KINDS,
  SAMPLE_COLUMNS,
  type SampleRow,
  streamKind,
} from '../../domain/sample'
import { AppError } from '../../errors'
import { allEvents, requireRun } from '../run-detail'
import type { Services } from '../services'

/** Text as a response that is made while it is sent; stops when the client is gone. */
export function streamed(pieces: AsyncGenerator<string>, contentType: string): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
  return new Response(body, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
}

/** Stored events, one JSON object a line. */
export async function* eventLines(services: Services, runId: string, after: number): AsyncGenerator<string> {
  for await (const event of allEvents(services, runId, after)) yield `${JSON.stringify(event)}\n`
}

/** Columns whose numbers stand for words. */
const WORDS: Record<string, readonly string[]> = {
  'probe.kind': PROBE_KINDS,
  'poll.answer': POLL_ANSWERS,
  'capture.kind': PACKET_KINDS,
}

function csvLines(stream: string, first: number, rows: readonly SampleRow[]): string {
  const kind = streamKind(stream)
  const words = SAMPLE_COLUMNS[kind].map((column) => WORDS[`${kind}.${column}`])
  const cell = (value: number | null, column: number) => (value === null ? '' : (words[column]?.[value] ?? value))
  return rows.map((row, i) => `${first + i},${row.map(cell).join(',')}\n`).join('')
}

/** The stream named in the request. Rejects with AppError bad-input or not-found, both naming the streams there are. */
export async function requireStream(services: Services, runId: string, stream: string | null): Promise<string> {
  await requireRun(services, runId)
  const streams = await services.samples.streams(runId)
  if (stream !== null && streams.includes(stream)) return stream
  const hint = streams.length > 0 ? `This run has ${streams.join(', ')}.` : 'This run has no samples.'
  if (stream === null || stream === '') throw new AppError('bad-input', 'stream: say which one', { hint })
  throw new AppError('not-found', `this run has no stream "${stream}"`, { hint })
}

/** A header line, then one line a sample: index and the stream's columns, numbers as they were measured. */
export async function* sampleLines(services: Services, runId: string, stream: string): AsyncGenerator<string> {
  yield `index,${SAMPLE_COLUMNS[streamKind(stream)].join(',')}\n`
  for await (const { first, rows } of services.samples.read(runId, stream)) yield csvLines(stream, first, rows)
}
