import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Holds } from '../holds'
import { loadKeys } from '../keys'
import { type EmbeddedLabOptions, lastPort } from '../lab'
import { labYaml } from '../labfile'
import { type SshServer, serveSsh } from '../ssh-server'
import { wanPrograms } from './commands'
import { type ControlledWan, type WanControl, wanControlOf } from './control'
import { wanLabOf } from './labfile'
import { EDGE, EDGE_USER, PVE } from './topology'
import { WanWorld } from './world'

export type EmbeddedWanLab = ControlledWan & {
  id: string
  labFile: string
  control: WanControl
  close: () => Promise<void>
}

/** Several SSH servers as one; its port is that of the first. */
const together = (servers: readonly [SshServer, ...SshServer[]]): SshServer => ({
  port: servers[0].port,
  connections: () => servers.reduce((sum, each) => sum + each.connections(), 0),
  drop: () => servers.forEach((each) => void each.drop()),
  refuse: (on) => servers.forEach((each) => void each.refuse(on)),
  freeze: (on) => servers.forEach((each) => void each.freeze(on)),
  close: async () => void (await Promise.all(servers.map((each) => each.close()))),
})

/** Starts one WAN world behind an SSH server for the PVE host and one for the edge node, and writes its lab file. */
export async function startWanLab(options: Omit<EmbeddedLabOptions, 'user' | 'port'>): Promise<EmbeddedWanLab> {
  const { id = 'embedded-wan', title = 'Embedded WAN lab', stateDir, onConnections } = options
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const labFile = join(stateDir, `${id}.yaml`)
  const keys = loadKeys(stateDir)
  const world = new WanWorld(options.world ?? {}, wanPrograms)
  await world.settle()
  const holds = new Holds()
  const changed = () => onConnections?.(ssh.connections())
  const serve = (name: string, user: string, host: number) =>
    serveSsh({ machine: world.machine(name), user }, keys, holds, lastPort(labFile, host), changed)
  const [pve, edge] = [await serve(PVE, 'root', 0), await serve(EDGE, EDGE_USER, 1)]
  const ssh = together([pve, edge])
  const ports = { pve: pve.port, edge: edge.port }
  const lab = wanLabOf(
    { id, title, ports, hostKey: keys.hostPublic, keyFile: basename(keys.userKeyFile) },
    world.options,
  )
  writeFileSync(labFile, labYaml(lab), { mode: 0o600 })
  const controlled: ControlledWan = { world, holds, ssh }
  return {
    ...{ ...controlled, id, labFile, control: wanControlOf(controlled) },
    close: async () => {
      holds.release(null)
      world.close()
      await ssh.close()
    },
  }
}
