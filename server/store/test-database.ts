import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import type { Lab } from '../domain/lab'
import { LabSchema } from '../domain/lab'
import { type Database, openDatabase } from './client'

const MIGRATIONS = path.resolve(import.meta.dirname, '../../prisma/sqlite/migrations')

/** A fresh, migrated database file in a folder of its own; for tests only, without the migrator's start-up time. */
export function freshDatabaseFile(): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'failover-lab-')), 'test.db')
  const db = new BetterSqlite3(file)
  db.pragma('page_size = 1024')
  db.pragma('auto_vacuum = INCREMENTAL')
  db.pragma('journal_mode = WAL')
  for (const name of fs.readdirSync(MIGRATIONS).sort()) {
    const sql = path.join(MIGRATIONS, name, 'migration.sql')
    if (fs.existsSync(sql)) db.exec(fs.readFileSync(sql, 'utf8'))
  }
  db.close()
  return file
}

/** A fresh database, and how to get rid of it. */
export async function testDatabase(): Promise<{ database: Database; file: string; drop: () => Promise<void> }> {
  const file = freshDatabaseFile()
  const database = await openDatabase(`file:${file}`)
  const drop = async () => {
    await database.close()
    fs.rmSync(path.dirname(file), { recursive: true, force: true })
  }
  return { database, file, drop }
}

/** Bytes of the database and its write-ahead log. */
export const databaseBytes = (file: string): number =>
  [file, `${file}-wal`].reduce((sum, name) => sum + (fs.existsSync(name) ? fs.statSync(name).size : 0), 0)

/** A small valid lab. */
export const testLab = (id = 'lab'): Lab =>
  LabSchema.parse({
    id,
    title: `Lab ${id}`,
    hosts: [{ id: 'box', host: '127.0.0.1', user: 'root', agent: true, hostKey: 'SHA256:x' }],
    containers: { host: 'box' },
    instances: [
      { name: 'fw0', role: 'firewall' },
      { name: 'fw1', role: 'firewall' },
      { name: 'lan', role: 'lan-host' },
    ],
    cluster: {
      id: 1,
      unit: 'bpfrxd',
      cli: ['cli'],
      heartbeat: { intervalMs: 1000, threshold: 3 },
      preempt: false,
      garpCount: 4,
      nodes: [
        { id: 0, name: 'node0', instance: 'fw0', priority: 200 },
        { id: 1, name: 'node1', instance: 'fw1', priority: 100 },
      ],
      redundancyGroups: [{ id: 0, title: 'control' }],
    },
    targets: [
      { id: 'internet', title: 'Internet', address: '10.0.0.1', from: { instance: 'lan' }, crossesCluster: true },
    ],
  })

/** A run to hang events and samples on. */
export const testRun = (id: string, lab = testLab()) => ({
  id,
  lab,
  caseId: 'TC-3',
  caseTitle: 'Failover',
  params: { mode: 'clean stop' },
  limitMs: 5000,
})
