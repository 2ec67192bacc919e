import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { CaseDefinition } from '../cases/define'
import { judge } from '../cases/judge'
import { type Ending, type Report, ReportSchema } from '../domain/run'
import { AppError } from '../errors'
import type { Database } from '../store/client'
import { readEvidence } from '../store/evidence'
import { storedSpan, storedStreams } from '../store/sample-reader'

/**
 * Judging holds up the event loop for some 5 µs a row, and an hour of three probes takes a gigabyte of memory: more rows
 * than this (three probes for a minute and a half) are judged in a process of their own.
 */
export const INLINE_ROWS = 60_000
const CHILD_MEMORY_MB = 8192
const LARGEST_REPORT_BYTES = 256 * 1024 * 1024

async function sampleRows(database: Database, runId: string): Promise<number> {
  let rows = 0
  for (const stream of await storedStreams(database, runId)) {
    const span = await storedSpan(database, runId, stream)
    rows += span ? span.lastIndex + 1 : 0
  }
  return rows
}

/** Reads and judges a run in a process of its own, so that neither its time nor its memory is taken from the app. */
async function judgeApart(databaseUrl: string, runId: string, ending: Ending, root: string): Promise<Report> {
  const script = path.join(root, 'server', 'judging', 'main.ts')
  const args = [`--max-old-space-size=${CHILD_MEMORY_MB}`, '--import', 'tsx', script, databaseUrl, runId, ending]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: LARGEST_REPORT_BYTES })
    return ReportSchema.parse(JSON.parse(stdout))
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    throw new AppError('internal', `the run could not be judged: ${stderr.trim().slice(-500) || String(error)}`, {
      hint: 'Its samples are stored; it can be judged again.',
      cause: error,
    })
  }
}

/** Judges a run from what is stored of it; a long one apart from the app. Rejects with AppError. */
export const judgeRun =
  (database: Database, databaseUrl: string, { inlineRows = INLINE_ROWS, root = process.cwd() } = {}) =>
  async (runId: string, definition: CaseDefinition, ending: Ending): Promise<Report> =>
    (await sampleRows(database, runId)) > inlineRows
      ? judgeApart(databaseUrl, runId, ending, root)
      : judge(definition, await readEvidence(database, runId), ending)
