import { sysctl } from '../../commands/administration'
import { commonPrograms, type ProgramTable, programAt } from '../../commands/common'
import { worldCommand } from '../../commands/misc'
import { ping } from '../../commands/ping'
import { kill, pgrep, ps } from '../../commands/processes'
import type { Machine } from '../../machine/machine'
import type { Program } from '../../machine/process'
import { WanSwitchSchema } from '../options'
import { EMULATOR } from '../topology'
import type { WanWorld } from '../world'
import { wanPing } from './echoes'
import { emulator } from './emulator'
import { fping } from './fping'
import { curl } from './http'
import { iperf3 } from './iperf3'
import { bridge, ip } from './links'
import { locust } from './locust'
import { qm } from './qm'
import { socat, ss } from './sockets'
import { tcpdump } from './tcpdump'

type Tables = { everywhere: ProgramTable; pve: ProgramTable; edge: ProgramTable }
const known = new WeakMap<WanWorld, Tables>()

function tablesOf(world: WanWorld): Tables {
  const found = known.get(world)
  if (found) return found
  const everywhere: ProgramTable = {
    ...commonPrograms,
    ...{ ps: ps(world), kill: kill(world), pgrep: pgrep(world, false), pkill: pgrep(world, true) },
    sysctl: sysctl(world),
  }
  const pve: ProgramTable = {
    ...everywhere,
    ...{ qm: qm(world), ss: ss(world), socat: socat(world), ip: ip(world), bridge: bridge(world) },
    ...{
      tcpdump: tcpdump(world),
      'failover-lab-world': worldCommand(world, (s) => WanSwitchSchema.safeParse(s).success),
    },
  }
  const edge: ProgramTable = {
    ...everywhere,
    ...{ ping: ping(wanPing(world)), fping: fping(world), ip: ip(world) },
    ...{ curl: curl(world), locust: locust(world), iperf3: iperf3(world) },
  }
  const tables = { everywhere, pve, edge }
  known.set(world, tables)
  return tables
}

/** The program behind a name on a machine of the WAN lab, or null: "not found". */
export function wanPrograms(world: WanWorld, machine: Machine, name: string): Program | null {
  const { everywhere, pve, edge } = tablesOf(world)
  if (machine.kind === 'pve') return programAt(pve, name)
  if (machine.kind === 'edge-node') return programAt(edge, name)
  const vm = world.vms.find((one) => one.machine === machine)
  if (vm && name.split('/').at(-1) === EMULATOR.split('/').at(-1)) return emulator(vm)
  return programAt(everywhere, name)
}
