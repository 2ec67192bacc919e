import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

const RunningSchema = z.object({
  pid: z.number(),
  labs: z.array(z.object({ id: z.string(), port: z.number(), labFile: z.string() })).min(1),
  /** Address of the control calls; tests and benchmarks only. */
  control: z.string(),
})
export type Running = z.infer<typeof RunningSchema>

const ANSWER_MS = 10_000
const START_MS = 20_000

/** Whether a process with this id exists. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const runningFile = (stateDir: string): string => join(stateDir, 'running.json')

/** The lab that runs on this state directory, if it does and answers. */
export async function findRunning(stateDir: string): Promise<Running | null> {
  const file = runningFile(stateDir)
  if (!existsSync(file)) return null
  try {
    const found = RunningSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    if (!lives(found.pid)) return null
    const signal = AbortSignal.timeout(ANSWER_MS)
    const answers = await Promise.all(found.labs.map((lab) => fetch(`${found.control}/${lab.id}/state`, { signal })))
    return answers.every((a) => a.ok) ? found : null
  } catch {
    return null
  }
}

/**
 * Makes sure that only one process starts on a state directory. Null: another one has been faster, and this is what it
 * started; else a function that gives the lock back.
 */
export async function lockStart(stateDir: string): Promise<{ unlock: () => void } | Running> {
  const file = join(stateDir, 'starting.lock')
  for (const endMs = Date.now() + START_MS; Date.now() < endMs; await sleep(100)) {
    try {
      const fd = openSync(file, 'wx', 0o600)
      writeSync(fd, String(process.pid))
      closeSync(fd)
    } catch {
      const running = await findRunning(stateDir)
      if (running) return running
      const owner = Number(existsSync(file) ? readFileSync(file, 'utf8') : 0)
      if (owner > 0 && !lives(owner)) rmSync(file, { force: true })
      continue
    }
    const unlock = () => rmSync(file, { force: true })
    // Between our look and our lock another one may have started and given its lock back.
    const running = await findRunning(stateDir)
    if (!running) return { unlock }
    unlock()
    return running
  }
  throw new Error(
    `${file}: another process has been starting for ${START_MS / 1000} s; remove the file if there is none`,
  )
}

export function writeRunning(stateDir: string, running: Running): void {
  writeFileSync(runningFile(stateDir), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 })
}
