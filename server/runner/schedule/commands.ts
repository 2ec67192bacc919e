import type { ScenarioAction, ScenarioStep } from '../../domain/scenario'
import type { HttpLoad } from '../../domain/wan-run'
import { armedArgv, armedScriptArgv, prepareArgv, underHome, withEnv } from '../../drivers/armed'
import { iperf3Argv } from '../../drivers/iperf3'
import { locustArgv } from '../../drivers/locust'
import { pingArgv } from '../../drivers/ping'

/** A step that is one command on its host. */
export type CommandAction = Extract<ScenarioAction, { kind: 'ping' | 'http-load' | 'throughput' | 'script' }>

export const isCommand = (action: ScenarioAction): action is CommandAction =>
  ['ping', 'http-load', 'throughput', 'script'].includes(action.kind)

/** Time for a tool to end by itself, ms. */
const EXTRA_MS = 15_000

/** Longest time of a command, ms: its own with room to end, or the limit where nobody knows it. */
export const longestMs = (action: CommandAction, limitMs: number): number => {
  if (action.kind === 'ping') return action.intervalMs * action.count + EXTRA_MS
  return (action.kind === 'script' ? limitMs : (action.durationMs ?? limitMs)) + EXTRA_MS
}

/** From its start until it waits, ms. */
export const ARM_MS = 10_000
export const PREPARE_MS = 8000

/** After so long its host ends a command by itself, ms: it is started before it begins. */
export const boundMs = (action: CommandAction, limitMs: number): number => longestMs(action, limitMs) + ARM_MS

/** HTTP load of a step as the driver knows it; `limitMs` for one that goes on until all others have ended. */
const httpLoad = (
  step: ScenarioStep,
  action: Extract<CommandAction, { kind: 'http-load' }>,
  limitMs: number,
): HttpLoad => ({
  ...{ from: { host: step.host }, urls: [action.url], users: action.users, spawnPerS: action.spawnPerS },
  durationS: (action.durationMs ?? limitMs) / 1000,
})

/** What waits on the host for its beginning. */
export function commandOf(step: ScenarioStep, action: CommandAction, limitMs: number): string[] {
  switch (action.kind) {
    case 'script':
      return armedScriptArgv(action.commands, action)
    case 'ping':
      return armedArgv(pingArgv({ address: action.target }, action.intervalMs, action.count))
    case 'http-load': {
      const own = action.file === null ? undefined : { workdir: action.workdir, file: action.file }
      return armedArgv(withEnv(action.env, locustArgv(httpLoad(step, action, limitMs), own)))
    }
    case 'throughput': {
      const { server, port, parallel, direction, durationMs } = action
      const client = {
        id: step.id,
        title: step.title,
        from: { host: step.host },
        server,
        port,
        parallel,
        direction,
        bitPerS: 0,
      }
      return armedArgv(iperf3Argv(client, durationMs / 1000))
    }
  }
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What has to be done on a step's host before it can be armed. */
export type Preparation = {
  workdir: string | null
  /** Makes the workdir; fails where something is missing that the scenario does not bring along. */
  argv: string[]
  /** Copied there, with its mode as chmod takes it. */
  copies: { path: string; text: string; mode: string }[]
}

/** null: nothing has to be. */
export function preparationOf(action: CommandAction, files: Readonly<Record<string, string>>): Preparation | null {
  const hasFiles = action.kind === 'script' || action.kind === 'http-load'
  const workdir = hasFiles ? action.workdir : null
  const wanted: readonly string[] = hasFiles ? action.files : []
  if (workdir === null && wanted.length === 0) return null
  const missing = wanted.filter((name) => files[name] === undefined).map(baseName)
  const copies = wanted.flatMap((name) => {
    const text = files[name]
    if (text === undefined) return []
    const mode = text.startsWith('#!') ? '755' : '644'
    return [{ path: `${underHome(workdir ?? '.')}/${baseName(name)}`, text, mode }]
  })
  return { workdir, argv: prepareArgv(workdir, missing), copies }
}
