import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail } from './prepare.mjs'

/** For tests: it ends after this long without a connection. */
const IDLE = process.env.EMBEDDED_IDLE_MS ? ['--idle', process.env.EMBEDDED_IDLE_MS] : []
const STATE_DIR = process.env.EMBEDDED_STATE ?? 'data/embedded'

/** Well below the time after which a lab without a connection ends, tests' included. */
const KEEP_MS = 20_000

/** As long as this process lives its lab does not end for want of connections: nobody may look at it for an hour. */
export function keepAwake(stateDir, everyMs = KEEP_MS) {
  const call = async () => fetch(JSON.parse(readFileSync(`${stateDir}/running.json`, 'utf8')).control)
  return setInterval(() => void call().catch(() => {}), everyMs).unref()
}

/** Starts the embedded lab in a process of its own that outlives this one; a running one is used again. */
export async function startEmbeddedLab() {
  mkdirSync(STATE_DIR, { recursive: true })
  const log = openSync(`${STATE_DIR}/embedded.log`, 'a')
  const startedMs = Date.now()
  const child = spawn(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', 'labs/embedded/main.ts', '--state', STATE_DIR, ...IDLE],
    {
      detached: true,
      stdio: ['ignore', 'pipe', log],
    },
  )
  closeSync(log)
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  const labFile = () =>
    out
      .split('\n')
      .slice(0, -1)
      .find((line) => line.trim().endsWith('.yaml'))
  while (!labFile()) {
    if (child.exitCode !== null || Date.now() - startedMs > 20_000)
      fail(`the embedded lab did not start; see ${STATE_DIR}/embedded.log`)
    await sleep(20)
  }
  child.stdout.destroy()
  child.unref()
  const file = labFile().trim().split(/\s+/).at(-1)
  if (!existsSync(file) || statSync(file).size === 0) fail(`the embedded lab wrote no lab file (${file})`)
  keepAwake(STATE_DIR)
  return file
}
