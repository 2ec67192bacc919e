import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { programs } from './commands'
import { type Control, type ControlledLab, controlOf } from './control'
import { nowMs, scheduler } from './core/scheduler'
import { Holds } from './holds'
import { loadKeys } from './keys'
import { labOf, labYaml } from './labfile'
import { serveSsh } from './ssh-server'
import type { SomeOptions } from './world/options'
import { HOST } from './world/topology'
import { type TruthEvent, World } from './world/world'

export type EmbeddedLabOptions = {
  /** Id of the lab and name of its file. */
  id?: string
  title?: string
  stateDir: string
  world?: SomeOptions
  user?: string
  /** 0: any free port; when left out, the port of the last start if it is free. */
  port?: number
  /** Called when the number of SSH connections changes. */
  onConnections?: (count: number) => void
}

export type EmbeddedLab = ControlledLab & { id: string; labFile: string; control: Control; close: () => Promise<void> }

/** The port of the lab's n-th host at its last start; 0: none. */
export function lastPort(labFile: string, host = 0): number {
  if (!existsSync(labFile)) return 0
  try {
    return Number(parse(readFileSync(labFile, 'utf8')).hosts[host].port) || 0
  } catch {
    return 0
  }
}

/** In the middle of the shortest outage (2.06 s), and late enough for TC-4 to be in its baseline. */
const DROP_AFTER_MS = 1900

/** Starts one world behind one SSH server and writes its lab file. */
export async function startEmbeddedLab(options: EmbeddedLabOptions): Promise<EmbeddedLab> {
  const { id = 'embedded', stateDir, user = 'root' } = options
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const labFile = join(stateDir, `${id}.yaml`)
  const keys = loadKeys(stateDir)
  const world = new World(options.world ?? {}, programs)
  const holds = new Holds()
  const login = { machine: world.machine(HOST), user }
  const ssh = await serveSsh(login, keys, holds, options.port ?? lastPort(labFile), () =>
    options.onConnections?.(ssh.connections()),
  )
  world.events.on('truth', ({ kind }: TruthEvent) => {
    if (kind === 'daemon-down' && world.switches.has('ssh-drop'))
      scheduler.at(nowMs() + DROP_AFTER_MS, () => ssh.drop())
  })
  const title = options.title ?? 'Embedded lab'
  const lab = labOf(
    { id, title, port: ssh.port, user, hostKey: keys.hostPublic, keyFile: basename(keys.userKeyFile) },
    world.options,
  )
  writeFileSync(labFile, labYaml(lab), { mode: 0o600 })
  const controlled: ControlledLab = { world, holds, ssh }
  return {
    ...controlled,
    id,
    labFile,
    control: controlOf(controlled),
    close: async () => {
      holds.release(null)
      for (const machine of world.machines.values()) {
        machine.running = false
        machine.killAll()
      }
      await ssh.close()
    },
  }
}
