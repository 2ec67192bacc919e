import type { Machine } from '../machine/machine'
import type { Program } from '../machine/process'
import { SwitchNameSchema } from '../world/options'
import type { World } from '../world/world'
import { sysctl } from './administration'
import { arping } from './arping'
import { cli } from './cli'
import { bareName, commonPrograms, type ProgramTable, programAt } from './common'
import { dhclient } from './dhclient'
import { incus } from './incus'
import { ip } from './ip'
import { iperf3 } from './iperf3'
import { ss, worldCommand } from './misc'
import { ping } from './ping'
import { clusterPing } from './ping-world'
import { kill, pgrep, ps } from './processes'
import { systemctl } from './systemctl'
import { tcpdump } from './tcpdump'

const everywhere = new WeakMap<World, ProgramTable>()

function tableOf(world: World): ProgramTable {
  let table = everywhere.get(world)
  if (!table) {
    table = {
      ...commonPrograms,
      ping: ping(clusterPing(world)),
      arping: arping(world),
      tcpdump: tcpdump(world),
      iperf3: iperf3(world),
      dhclient: dhclient(world),
      ip: ip(world),
      ss: ss(world),
      sysctl: sysctl(world),
      ps: ps(world),
      kill: kill(world),
      pgrep: pgrep(world, false),
      pkill: pgrep(world, true),
      systemctl: systemctl(world),
    }
    everywhere.set(world, table)
  }
  return table
}

/** The program behind a name on a machine, or null: "not found". */
export function programs(world: World, machine: Machine, name: string): Program | null {
  const bare = bareName(name)
  if (machine.kind === 'host') {
    if (bare === 'incus') return incus(world)
    if (bare === 'failover-lab-world') return worldCommand(world, (s) => SwitchNameSchema.safeParse(s).success)
  }
  if (machine.kind === 'firewall' && bare === 'cli') return cli(world)
  return programAt(tableOf(world), name)
}
