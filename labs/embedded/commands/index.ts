import type { Machine } from '../machine/machine'
import type { Program } from '../machine/process'
import { sh } from '../shell/sh'
import { utility } from '../shell/utilities'
import { SwitchNameSchema } from '../world/options'
import type { World } from '../world/world'
import { aptGet, chronyc, df, sysctl, timedatectl } from './administration'
import { arping } from './arping'
import { cli } from './cli'
import { dhclient } from './dhclient'
import { incus } from './incus'
import { ip } from './ip'
import { iperf3 } from './iperf3'
import { journalctl } from './journalctl'
import { cat, date, idText, prints, ss, tee, uname, worldCommand } from './misc'
import { ping } from './ping'
import { kill, pgrep, ps } from './processes'
import { systemctl } from './systemctl'
import { tcpdump } from './tcpdump'
import { becomes, env, setsid, sg, sleep, systemdRun, timeout, versioned } from './wrap'

type Table = Record<string, Program>
const everywhere = new WeakMap<World, Table>()

function tableOf(world: World): Table {
  let table = everywhere.get(world)
  if (!table) {
    table = {
      sh,
      bash: sh,
      dash: sh,
      cat,
      tee,
      date,
      sleep,
      timeout: versioned('timeout (GNU coreutils) 9.1', timeout),
      env: versioned('env (GNU coreutils) 9.1', env),
      uname,
      sg,
      sudo: becomes('sudo', ['-u', '-g']),
      setsid: versioned('setsid from util-linux 2.38.1', setsid),
      'systemd-run': versioned('systemd 252 (252.22-1~deb12u1)', systemdRun),
      nohup: becomes('nohup'),
      nice: becomes('nice', ['-n']),
      stdbuf: becomes('stdbuf'),
      hostname: prints((p) => p.machine.name),
      whoami: prints(() => 'root'),
      id: prints(idText),
      nproc: prints(() => '8'),
      df,
      'apt-get': aptGet,
      chronyc,
      timedatectl,
      true: async () => 0,
      false: async () => 1,
      ping: ping(world),
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
      journalctl,
    }
    everywhere.set(world, table)
  }
  return table
}

/** The program behind a name on a machine, or null: "not found". */
export function programs(world: World, machine: Machine, name: string): Program | null {
  const bare = /^\/(?:usr\/)?(?:local\/)?s?bin\//.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name
  if (machine.kind === 'host') {
    if (bare === 'incus') return incus(world)
    if (bare === 'failover-lab-world') return worldCommand(world, (s) => SwitchNameSchema.safeParse(s).success)
  }
  if (machine.kind === 'firewall' && bare === 'cli') return cli(world)
  const own = Object.hasOwn(tableOf(world), bare) ? tableOf(world)[bare] : undefined
  if (own) return own
  if (name.startsWith('/') && bare === name) return scriptAt(name)
  return utility(bare)
}

/** A path to a script on the machine. */
const scriptAt =
  (path: string): Program =>
  async (p) => {
    if (!(await p.machine.fs.exists(path))) {
      p.error(`sh: 1: ${path}: not found\n`)
      return 127
    }
    return p.exec(['sh', path, ...p.args.slice(1)])
  }
