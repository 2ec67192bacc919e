import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'failover-lab-migrate-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const migrate = async (file: string, ...args: string[]) => {
  const env = { ...process.env, DATABASE_URL: `file:${path.join(folder, file)}` }
  const run = promisify(execFile)(process.execPath, ['scripts/migrate.mjs', ...args], { env })
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr }),
  )
}

describe('scripts/migrate.mjs', { timeout: 60_000 }, () => {
  it('finds that the migrations make what the models say', async () => {
    expect(await migrate('unused.db', 'drift')).toEqual({ code: 0, text: 'Migrations and models agree.\n' })
  })

  it('deploys into a folder that is not there yet, and tells what it did', async () => {
    expect((await migrate('new/x.db', 'deploy')).text).toMatch(/^Applied \d+_init/)
    expect((await migrate('new/x.db', 'deploy')).text).toMatch(/^Up to date/)
    const { text } = await migrate('new/x.db', 'status')
    expect(JSON.parse(text)).toMatchObject({ pending: [], failed: [], owner: null })
  })

  it('does not change a database that is in use', async () => {
    await migrate('used.db', 'deploy')
    const db = new BetterSqlite3(path.join(folder, 'used.db'))
    db.prepare('INSERT INTO StoreLease VALUES (?, ?, ?, ?, ?, ?)').run(
      'store',
      'x',
      process.pid,
      os.hostname(),
      1,
      Date.now(),
    )
    expect((await migrate('used.db', 'deploy')).code).toBe(0)
    db.exec('DELETE FROM _prisma_migrations')
    const refused = await migrate('used.db', 'deploy')
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining(`in use by process ${process.pid}`) })
    db.close()
  })

  it('refuses other databases and other commands', async () => {
    expect(await migrate('x.db', 'nonsense')).toMatchObject({ code: 1, text: expect.stringContaining('usage') })
    expect(await migrate('x.db', 'create', '../x')).toMatchObject({ code: 1, text: expect.stringContaining('usage') })
  })
})
