import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { App, scratch, until } from '../../harness'
import { REFERENCE } from '../../reference/accuracy'
import { look } from '../../reference/lab-eyes'
import { here } from './lab-host'
import type { Disturbance } from './under'

const SIZE = '32m'
/** At least so long, and until the lab is as before: what puts it back must not need the disk. */
const FULL_MS = 20_000
const RESTORE_MS = 90_000

/** Takes the rest of a file system. */
function fill(ballast: string): void {
  const file = openSync(ballast, 'w')
  try {
    for (let bytes = 1 << 20; bytes >= 512; bytes = bytes >> 1) fillBy(file, Buffer.alloc(bytes))
  } finally {
    closeSync(file)
  }
}

function fillBy(file: number, piece: Buffer): void {
  try {
    for (;;) if (writeSync(file, piece) < piece.length) return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

/** An app with its database on a small file system of its own. */
export async function onSmallDisk(work: (app: App, diskFull: () => Promise<Disturbance>) => Promise<void>) {
  const dir = path.join(scratch(), 'disk')
  mkdirSync(dir)
  await here('mount', '-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', dir)
  try {
    const app = await App.start([REFERENCE.file], dir)
    try {
      await work(app, () => diskFull(app, path.join(dir, 'ballast')))
    } finally {
      await app.stop()
    }
  } finally {
    await here('umount', '--lazy', dir)
    rmSync(path.dirname(dir), { recursive: true })
  }
}

/** @returns for one run, before its start */
async function diskFull(app: App, ballast: string): Promise<Disturbance> {
  const before = await look()
  const free = async () => rmSync(ballast, { force: true })
  return {
    endings: ['completed', 'error'],
    strike: async () => {
      const sinceMs = Date.now()
      fill(ballast)
      await sleep(FULL_MS)
      await until(
        'the lab is as before, on a full disk',
        async () => isDeepStrictEqual(await look(), before),
        RESTORE_MS,
        500,
      )
      await app.get('/api/v1/runs')
      const tookS = ((Date.now() - sinceMs) / 1000).toFixed(0)
      await free()
      return `full for ${tookS} s, lab as before and history readable meanwhile`
    },
    heal: free,
    wrong: ({ ending, message }) =>
      ending === 'completed' || /Free some space|free space/.test(message ?? '') ? null : 'it does not say what to do',
  }
}
