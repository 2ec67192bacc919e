import os from 'node:os'
import { findCase } from '../cases'
import { judge } from '../cases/judge'
import { EndingSchema } from '../domain/run'
import { openDatabase } from '../store/client'
import { readEvidence } from '../store/evidence'

// node --import tsx server/judging/main.ts DATABASE_URL RUN ENDING: prints the report as JSON. It only reads.
const [, , url = '', runId = '', ending] = process.argv
// Probes of other labs may be running on this machine.
os.setPriority(10)
const database = await openDatabase(url)
const run = await database.run((prisma) => prisma.run.findUnique({ where: { id: runId }, select: { caseId: true } }))
const definition = findCase(run?.caseId ?? '')
if (!definition) throw new Error(`run ${runId} is of a case that is gone: ${run?.caseId}`)
const report = judge(definition, await readEvidence(database, runId), EndingSchema.parse(ending))
await database.close()
process.stdout.write(JSON.stringify(report))
