import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { App, scratch, until } from '../e2e/harness'

/** Event loop delay of an app since it was last asked, ms. */
export type LoopDelay = { p99Ms: number; maxMs: number; count: number }

/** An app whose event loop is watched from inside; see loop-probe.mjs. */
export async function watchedApp(
  labs: string[],
  dir = scratch(),
): Promise<{ app: App; loop: () => Promise<LoopDelay> }> {
  const file = path.join(dir, 'loop.json')
  const probe = path.resolve(import.meta.dirname, 'loop-probe.mjs')
  const app = await App.start(labs, dir, { NODE_OPTIONS: `--import ${probe}`, LOOP_FILE: file })
  const loop = async () => {
    rmSync(file, { force: true })
    app.signal('SIGUSR2')
    await until('the event loop was written', async () => existsSync(file) && readFileSync(file, 'utf8').endsWith('}'))
    return JSON.parse(readFileSync(file, 'utf8')) as LoopDelay
  }
  return { app, loop }
}
