import type { EventBody } from '../domain/event'
import { openDatabase } from './client'
import { PrismaEventLog } from './events'
import { PrismaRunStore } from './runs'
import { testRun } from './test-database'

// A process for tests to kill: writes events for as long as it lives and prints every acknowledged seq.
const database = await openDatabase(`file:${process.argv[2]}`)
const runs = new PrismaRunStore(database)
if (!(await runs.get('r'))) await runs.create(testRun('r'))
const log = new PrismaEventLog(database)
const body: EventBody = { kind: 'note', level: 'info', message: 'x'.repeat(200), hint: null }
for (;;)
  await Promise.all(
    Array.from({ length: 3 }, () => log.append('r', body).then(({ seq }) => process.stdout.write(`${seq}\n`))),
  )
