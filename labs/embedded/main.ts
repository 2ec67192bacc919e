import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { type ControlledLab, serveControl } from './control'
import { type EmbeddedLab, startEmbeddedLab } from './lab'
import { SomeOptionsSchema } from './world/options'

const IDLE_MS = 10 * 60 * 1000

type Running = { pid: number; labs: { id: string; port: number; labFile: string }[]; control: string }

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: 'data/embedded' },
    worlds: { type: 'string', default: '1' },
    id: { type: 'string', default: 'embedded' },
    idle: { type: 'string', default: String(IDLE_MS) },
    config: { type: 'string', default: join(import.meta.dirname, '..', 'embedded.yaml') },
  },
})
const stateDir = resolve(values.state)
const config = z
  .strictObject({ title: z.string().min(1), world: SomeOptionsSchema })
  .parse(parse(readFileSync(values.config, 'utf8')))
const runFile = join(stateDir, 'running.json')

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 1000 })
    const finish = (value: boolean) => {
      socket.destroy()
      done(value)
    }
    socket.once('data', (data) => finish(data.toString().startsWith('SSH-2.0')))
    socket.once('error', () => finish(false))
    socket.once('timeout', () => finish(false))
  })

/** The lab that already runs on this state directory, if it does. */
async function running(): Promise<Running | null> {
  if (!existsSync(runFile)) return null
  try {
    const found = JSON.parse(readFileSync(runFile, 'utf8')) as Running
    process.kill(found.pid, 0)
    const all = await Promise.all(found.labs.map((lab) => answers(lab.port)))
    return all.length > 0 && all.every(Boolean) ? found : null
  } catch {
    return null
  }
}

async function main(): Promise<void> {
  const found = await running()
  if (found) {
    for (const lab of found.labs) console.log(lab.labFile)
    return
  }
  const labs = new Map<string, ControlledLab>()
  const started: EmbeddedLab[] = []
  let idle: NodeJS.Timeout | null = null
  const stop = async () => {
    rmSync(runFile, { force: true })
    await Promise.all(started.map((lab) => lab.close()))
    process.exit(0)
  }
  const onConnections = () => {
    const open = started.reduce((sum, lab) => sum + lab.ssh.connections(), 0)
    if (idle) clearTimeout(idle)
    idle = open === 0 ? setTimeout(stop, Number(values.idle)) : null
  }
  const count = Math.max(1, Number(values.worlds) || 1)
  for (let i = 1; i <= count; i++) {
    const id = i === 1 ? values.id : `${values.id}-${i}`
    const lab = await startEmbeddedLab({
      id,
      title: i === 1 ? config.title : `${config.title} ${i}`,
      stateDir,
      world: { seed: Date.now() + i, ...config.world },
      onConnections,
    })
    labs.set(id, lab)
    started.push(lab)
  }
  const control = await serveControl(labs)
  const state: Running = {
    pid: process.pid,
    labs: started.map((l) => ({ id: l.id, port: l.ssh.port, labFile: l.labFile })),
    control: control.url,
  }
  writeFileSync(runFile, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  onConnections()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  for (const lab of started) console.log(lab.labFile)
}

// Whoever started it may be gone, and its pipe with it.
process.stdout.on('error', () => {})

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
