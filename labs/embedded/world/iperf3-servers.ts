import { Process, run } from '../machine/process'
import { nullSink, nullSource } from '../machine/streams'
import { WAN } from './topology'
import type { World } from './world'

/** Upload, download, and one that is left to TC-8. */
const PORTS = [5201, 5202, 5203]

function serve(world: World, port: number): void {
  const process = new Process({
    machine: world.machine(WAN),
    args: ['iperf3', '-s', '-p', String(port)],
    env: {},
    cwd: '/',
    io: { stdin: nullSource, stdout: nullSink, stderr: nullSink },
    parent: null,
  })
  run(process, (p) => p.within(new Promise<number>(() => {})))
  world.iperfServers.set(`${WAN} ${port}`, { process, client: null })
  process.atEnd(() => world.iperfServers.delete(`${WAN} ${port}`))
}

/** The servers that the WAN host starts with. */
export function startServers(world: World): void {
  for (const port of PORTS) serve(world, port)
}

/** Starts or ends the WAN host's iperf3 server on a port. */
export function setServer(world: World, port: number, on: boolean): void {
  const server = world.iperfServers.get(`${WAN} ${port}`)
  if (on && !server) serve(world, port)
  if (!on) server?.process.kill('KILL')
}
