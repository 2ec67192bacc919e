import type { Event } from '../../prisma/generated/sqlite/client'
import type { RunEvent } from '../domain/event'
import type { Database } from './client'
import { unpackJson } from './documents'

const eventOf = ({ seq, atMs, kind, payload }: Event): RunEvent =>
  ({ seq, atMs, kind, ...(payload as object) }) as RunEvent

async function packAfter(database: Database, runId: string, after: number): Promise<RunEvent[] | null> {
  const pack = await database.run((prisma) =>
    prisma.eventPack.findFirst({ where: { runId, lastSeq: { gt: after } }, orderBy: { firstSeq: 'asc' } }),
  )
  return pack ? (await unpackJson<RunEvent[]>(pack.data)).filter((event) => event.seq > after) : null
}

/**
 * Stored events with seq > after, in order, at most `limit`. Packing moves events from rows to packs: rows are
 * looked at first, so that events on the move are met in one place or the other.
 */
export async function readEvents(database: Database, runId: string, after: number, limit: number): Promise<RunEvent[]> {
  const found: RunEvent[] = []
  for (let cursor = after; found.length < limit; cursor = found.at(-1)?.seq ?? cursor) {
    const rows = await database.run((prisma) =>
      prisma.event.findMany({
        where: { runId, seq: { gt: cursor } },
        orderBy: { seq: 'asc' },
        take: limit - found.length,
      }),
    )
    const next = rows[0]?.seq === cursor + 1 ? null : await packAfter(database, runId, cursor)
    for (const event of next ?? rows.map(eventOf)) if (found.length < limit) found.push(event)
    if (!next) break
  }
  return found
}

const PAGE = 2000

export async function readAllEvents(database: Database, runId: string): Promise<RunEvent[]> {
  const all: RunEvent[] = []
  for (;;) {
    const page = await readEvents(database, runId, all.at(-1)?.seq ?? 0, PAGE)
    for (const event of page) all.push(event)
    if (page.length < PAGE) return all
  }
}

/** The seq of the newest stored event; 0 when there is none. */
export async function lastSeq(database: Database, runId: string): Promise<number> {
  const where = { runId }
  const row = await database.run((prisma) => prisma.event.aggregate({ where, _max: { seq: true } }))
  if (row._max.seq !== null) return row._max.seq
  const pack = await database.run((prisma) => prisma.eventPack.aggregate({ where, _max: { lastSeq: true } }))
  return pack._max.lastSeq ?? 0
}
