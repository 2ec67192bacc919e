import type { Program } from '../machine/process'
import { sh } from '../shell/sh'
import { utility } from '../shell/utilities'
import { aptGet, chronyc, df, timedatectl } from './administration'
import { mktemp, stat, tail } from './files'
import { journalctl } from './journalctl'
import { cat, date, idText, prints, tee, uname } from './misc'
import { becomes, env, setsid, sg, sleep, systemdRun, timeout, versioned } from './wrap'

export type ProgramTable = Readonly<Record<string, Program>>

/** Programs that need to know nothing of what is simulated. */
export const commonPrograms: ProgramTable = {
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
  whoami: prints((p) => p.env.USER ?? 'root'),
  id: prints(idText),
  nproc: prints(() => '8'),
  df,
  'apt-get': aptGet,
  chronyc,
  timedatectl,
  true: async () => 0,
  false: async () => 1,
  journalctl,
  mktemp,
  stat,
  tail,
}

/** "ip" for "/usr/sbin/ip"; other paths as they are. */
export const bareName = (name: string): string =>
  /^\/(?:usr\/)?(?:local\/)?s?bin\//.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name

/** The program behind a name: one of the table, a script by its path, or a tool of just-bash; null: "not found". */
export function programAt(table: ProgramTable, name: string): Program | null {
  const bare = bareName(name)
  if (Object.hasOwn(table, bare)) return table[bare] ?? null
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
