import type { Program } from '../machine/process'

/** Programs by the Debian package that brings them, where the names differ. */
const PACKAGES: Record<string, string[]> = {
  'iputils-ping': ['ping'],
  'isc-dhcp-client': ['dhclient'],
  'iputils-arping': ['arping'],
  iproute2: ['ip', 'ss'],
  procps: ['pgrep', 'pkill', 'ps', 'kill', 'sysctl'],
  coreutils: ['timeout', 'env', 'date', 'uname'],
  'util-linux': ['setsid'],
  systemd: ['systemctl', 'journalctl', 'systemd-run', 'timedatectl'],
}

/** `apt-get install -y PACKAGE…`: gives back what control took away. */
export const aptGet: Program = async (p) => {
  const [verb, ...names] = p.args.slice(1).filter((arg) => !arg.startsWith('-'))
  if (verb !== 'install') {
    p.error(`E: Invalid operation ${verb ?? ''}\n`)
    return 100
  }
  p.write('Reading package lists...\nBuilding dependency tree...\n')
  await p.sleep(50)
  for (const name of names) {
    for (const program of PACKAGES[name] ?? [name]) p.machine.missing.delete(program)
    p.write(`Setting up ${name} ...\n`)
  }
  return 0
}

const setRight: Program = async (p) => {
  p.machine.clockOffsetMs = 0
  return 0
}

/** `chronyc makestep`. */
export const chronyc: Program = async (p) => {
  if (p.args[1] !== 'makestep') {
    p.error('Unrecognized command\n')
    return 1
  }
  p.write('200 OK\n')
  return setRight(p)
}

/** `timedatectl set-ntp true`. */
export const timedatectl: Program = async (p) => (p.args[1] === 'set-ntp' ? setRight(p) : 0)

const SIZE_KB = 50_000_000
const USED_KB = 12_345_678

/** `df [-Pk] [FILE…]`: one file system for everything. */
export const df: Program = async (p) => {
  let code = 0
  const files = p.args.slice(1).filter((arg) => !arg.startsWith('-'))
  const known: string[] = []
  for (const file of files) {
    if (await p.machine.fs.exists(p.machine.fs.resolvePath(p.cwd, file))) known.push(file)
    else {
      p.error(`df: ${file}: No such file or directory\n`)
      code = 1
    }
  }
  if (files.length > 0 && known.length === 0) return code
  const free = SIZE_KB - USED_KB
  const share = Math.ceil((100 * USED_KB) / SIZE_KB)
  p.write('Filesystem     1024-blocks     Used Available Capacity Mounted on\n')
  for (const _ of known.length > 0 ? known : ['/'])
    p.write(`/dev/vda1      ${String(SIZE_KB).padStart(11)} ${USED_KB}  ${free}      ${share}% /\n`)
  return code
}

const sysctlFile = (name: string): string => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`

/** `sysctl [-n] NAME` and `sysctl -w NAME=VALUE`. */
export const sysctl =
  (world: { options: { congestion: readonly string[] } }): Program =>
  async (p) => {
    if (p.args.includes('--version')) {
      p.write('sysctl from procps-ng 4.0.2\n')
      return 0
    }
    const options: Record<string, string> = {
      'net.ipv4.tcp_available_congestion_control': world.options.congestion.join(' '),
    }
    const isBare = p.args.includes('-n')
    let code = 0
    for (const arg of p.args.slice(1).filter((word) => !word.startsWith('-'))) {
      const [name = '', value] = arg.split('=')
      const file = sysctlFile(name)
      if (!(name in options) && !(await p.machine.fs.exists(file))) {
        p.error(`sysctl: cannot stat ${file}: No such file or directory\n`)
        code = 255
        continue
      }
      if (value !== undefined) await p.machine.fs.writeFile(file, `${value}\n`)
      const now = options[name] ?? (await p.machine.fs.readFile(file)).trim()
      p.write(isBare ? `${now}\n` : `${name} = ${now}\n`)
    }
    return code
  }
