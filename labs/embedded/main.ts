import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { serveControl } from './control-server'
import { startEmbeddedLab } from './lab'
import { findRunning, lockStart, type Running, runningFile, writeRunning } from './running'
import { startWanLab } from './wan/lab'
import { SomeOptionsSchema } from './world/options'

const IDLE_MS = 10 * 60 * 1000

const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    worlds: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'cluster' },
    id: { type: 'string' },
    idle: { type: 'string', default: String(IDLE_MS) },
    config: { type: 'string' },
  },
})
const isWan = values.kind === 'wan'
const startLab = isWan ? startWanLab : startEmbeddedLab
const labId = values.id ?? (isWan ? 'embedded-wan' : 'embedded')
const stateDir = resolve(values.state ?? join('data', isWan ? 'embedded-wan' : 'embedded'))
const configFile = values.config ?? join(import.meta.dirname, '..', isWan ? 'embedded-wan.yaml' : 'embedded.yaml')
const config = z
  .strictObject({ title: z.string().min(1), world: SomeOptionsSchema })
  .parse(parse(readFileSync(configFile, 'utf8')))

/** One write, so that who reads it sees all of the files or none. */
const announce = ({ labs }: Running): Promise<void> =>
  new Promise((done) => process.stdout.write(`${labs.map((lab) => lab.labFile).join('\n')}\n`, () => done()))

async function main(): Promise<void> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const found = (await findRunning(stateDir)) ?? (await lockStart(stateDir))
  if ('labs' in found) {
    await announce(found)
    process.exit(0)
  }
  try {
    await announce(await start())
  } finally {
    found.unlock()
  }
}

/** Starts the worlds; the process ends by itself when nobody has been connected for a while. */
async function start(): Promise<Running> {
  const started: Awaited<ReturnType<typeof startLab>>[] = []
  let idle: NodeJS.Timeout | null = null
  const stop = async () => {
    rmSync(runningFile(stateDir), { force: true })
    await Promise.all(started.map((lab) => lab.close()))
    process.exit(0)
  }
  const restartIdle = () => {
    const open = started.reduce((sum, lab) => sum + lab.ssh.connections(), 0)
    if (idle) clearTimeout(idle)
    idle = open === 0 ? setTimeout(stop, Number(values.idle)) : null
  }
  for (let i = 1; i <= Math.max(1, Number(values.worlds) || 1); i++) {
    const id = i === 1 ? labId : `${labId}-${i}`
    const title = i === 1 ? config.title : `${config.title} ${i}`
    const world = { seed: Date.now() + i, ...config.world }
    started.push(await startLab({ id, title, stateDir, world, onConnections: restartIdle }))
  }
  const control = await serveControl(new Map(started.map((lab) => [lab.id, lab.control])), restartIdle)
  const running: Running = {
    pid: process.pid,
    labs: started.map((l) => ({ id: l.id, port: l.ssh.port, labFile: l.labFile })),
    control: control.url,
  }
  writeRunning(stateDir, running)
  restartIdle()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  return running
}

// Whoever started it may be gone, and its pipe with it.
process.stdout.on('error', () => {})

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
