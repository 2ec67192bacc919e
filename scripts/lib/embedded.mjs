import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail } from './prepare.mjs'

/** Passwords of the WANulators' consoles in the labs of this repository (labs/embedded/wan/options.ts, labs/reference-wan). */
export const WAN_PASSWORDS = { EMBEDDED_WAN_PASSWORD: 'lab-console-7', REFERENCE_WAN_PASSWORD: 'lab-console-7' }

/** For tests: it ends after this long without a connection. */
const IDLE = process.env.EMBEDDED_IDLE_MS ? ['--idle', process.env.EMBEDDED_IDLE_MS] : []
/** The words that LABS may have for labs that are started here, and how. */
const EMBEDDED_LABS = {
  embedded: { kind: 'cluster', stateDir: process.env.EMBEDDED_STATE ?? 'data/embedded' },
  'embedded-wan': { kind: 'wan', stateDir: process.env.EMBEDDED_WAN_STATE ?? 'data/embedded-wan' },
}

/** The words for labs that are up already, and the lab file that their `up` wrote. */
const REFERENCE_LABS = {
  reference: '/var/lib/failover-lab-reference/reference.yaml',
  'reference-wan': '/var/lib/failover-lab-reference-wan/reference-wan.yaml',
}

/** The lab file behind an entry of LABS; starts what is to be started here. */
export async function labFileOf(entry) {
  if (Object.hasOwn(EMBEDDED_LABS, entry)) return await startEmbeddedLab(EMBEDDED_LABS[entry])
  if (!Object.hasOwn(REFERENCE_LABS, entry)) return entry
  const file = REFERENCE_LABS[entry]
  if (!existsSync(file)) fail(`the lab "${entry}" is not up: sudo labs/${entry}/up`)
  return file
}

/** Well below the time after which a lab without a connection ends, tests' included. */
const KEEP_MS = 20_000

/** As long as this process lives its lab does not end for want of connections: nobody may look at it for an hour. */
export function keepAwake(stateDir, everyMs = KEEP_MS) {
  const call = async () => fetch(JSON.parse(readFileSync(`${stateDir}/running.json`, 'utf8')).control)
  return setInterval(() => void call().catch(() => {}), everyMs).unref()
}

/** Starts an embedded lab in a process of its own that outlives this one; a running one is used again. */
async function startEmbeddedLab({ kind, stateDir }) {
  mkdirSync(stateDir, { recursive: true })
  const log = openSync(`${stateDir}/embedded.log`, 'a')
  const startedMs = Date.now()
  const child = spawn(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', 'labs/embedded/main.ts', '--kind', kind, '--state', stateDir, ...IDLE],
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
      fail(`the embedded lab did not start; see ${stateDir}/embedded.log`)
    await sleep(20)
  }
  child.stdout.destroy()
  child.unref()
  const file = labFile().trim().split(/\s+/).at(-1)
  if (!existsSync(file) || statSync(file).size === 0) fail(`the embedded lab wrote no lab file (${file})`)
  keepAwake(stateDir)
  return file
}
