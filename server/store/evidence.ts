import type { RunEvidence } from '../domain/evidence'
import { type AnyLab, AnyLabSchema } from '../domain/lab'
import type { SampleRow } from '../domain/sample'
import { AppError } from '../errors'
import type { Database } from './client'
import { unpackJson } from './documents'
import { readAllEvents } from './event-reader'
import { readRows, storedStreams } from './sample-reader'

/** Everything stored of one run. Rejects with AppError not-found. */
export async function readEvidence(database: Database, runId: string): Promise<RunEvidence<AnyLab>> {
  const row = await database.run((prisma) =>
    prisma.run.findUnique({ where: { id: runId }, select: { lab: true, params: true } }),
  )
  if (!row) throw new AppError('not-found', `there is no run "${runId}"`)
  const streams = new Map<string, SampleRow[]>()
  for (const stream of await storedStreams(database, runId)) {
    const rows: SampleRow[] = []
    for await (const chunk of readRows(database, runId, stream)) for (const sample of chunk.rows) rows.push(sample)
    streams.set(stream, rows)
  }
  return {
    lab: AnyLabSchema.parse(await unpackJson(row.lab)),
    params: row.params as Record<string, unknown>,
    events: await readAllEvents(database, runId),
    streams,
  }
}
