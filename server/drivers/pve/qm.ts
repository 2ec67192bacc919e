import type { Wan } from '../../domain/wan'
import { AppError } from '../../errors'
import { TAG_VARIABLE } from '../place'
import { deviceLines, MAX_TABLE_CHARS } from '../text-parse'

/** `qm` of the PVE host, by the lab file's command. */
type Pve = Pick<Wan['pve'], 'command'>

const qm = ({ command }: Pve, word: string, vm?: number): string[] => [
  ...command,
  word,
  ...(vm === undefined ? [] : [String(vm)]),
]

/** All VMs of the host, a table. */
export const listVms = (pve: Pve): string[] => qm(pve, 'list')
export const vmStatus = (pve: Pve, vm: number): string[] => qm(pve, 'status', vm)
/** What the VM runs with; pending changes left out. */
export const vmConfig = (pve: Pve, vm: number): string[] => [...qm(pve, 'config', vm), '--current', '1']
/** Without our mark: the VM would inherit it, and be ended with what else a run has started. */
export const startVm = (pve: Pve, vm: number): string[] => ['env', '-u', TAG_VARIABLE, ...qm(pve, 'start', vm)]
/** Off at once, as by its power switch: a WANulator keeps nothing. */
export const stopVm = (pve: Pve, vm: number): string[] => qm(pve, 'stop', vm)

/** "running", "stopped", "paused", …; as PVE says it. */
export type VmRow = { vm: number; name: string; status: string; pid: number | null }

const notQm = (word: string, said: string): AppError =>
  new AppError('command-failed', `"qm ${word}" did not print what it should`, {
    stderrTail: said.slice(0, 300),
    hint: 'Run it on the PVE host; it needs root (wan.pve.command: [sudo, qm] in the lab file).',
  })

const LIST_HEADER = /^ *VMID +NAME +STATUS\b/
/** A name may hold no blank; memory and disk are of no use here. */
const LIST_ROW = /^ *(\d{1,9}) +(\S{1,128}) +([a-z-]{1,32})(?: +[\d.]+ +[\d.]+ +(\d{1,10}))? *$/

/** Output of `qm list`. Throws `command-failed` when it is not that; without any VM it prints nothing at all. */
export function parseVmList(stdout: string): VmRow[] {
  const lines = deviceLines(stdout.slice(0, MAX_TABLE_CHARS))
  const header = lines.findIndex((line) => LIST_HEADER.test(line))
  if (header < 0 && stdout.trim() !== '') throw notQm('list', stdout)
  return lines.slice(header + 1).flatMap((line) => {
    const [, vm, name = '', status = '', pid = '0'] = LIST_ROW.exec(line) ?? []
    return vm === undefined ? [] : [{ vm: Number(vm), name, status, pid: Number(pid) || null }]
  })
}

/** Output of `qm status`: "running". Throws `command-failed`. */
export function parseVmStatus(stdout: string): string {
  const status = /^status: ([a-z-]{1,32})\s*$/m.exec(stdout)?.[1]
  if (status === undefined) throw notQm('status', stdout)
  return status
}

/** A network device of a VM ("net0: virtio=BC:24:11:00:00:01,bridge=vmbr3,firewall=1"). */
export type VmNet = {
  /** 0 for net0. */
  index: number
  model: string
  /** Lower case; null when the config names none. */
  mac: string | null
  bridge: string | null
  /** `link_down=1`: its cable is pulled. */
  isLinkDown: boolean
  vlan: number | null
  /** As it is written. */
  text: string
}

export type VmConfig = {
  name: string | null
  /** In order of their index, as the guest sees them. */
  nets: VmNet[]
  /** Whether serial0 is a socket, as the console needs it. */
  hasSerialSocket: boolean
}

function netOf(index: number, text: string): VmNet {
  const words = text.split(',').map((word): [string, string] => {
    const at = word.indexOf('=')
    return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
  })
  const settings = new Map(words)
  const [model, mac] = words[0] ?? ['', '']
  return {
    ...{ index, text, model, mac: mac.toLowerCase() || null, bridge: settings.get('bridge') || null },
    isLinkDown: settings.get('link_down') === '1',
    vlan: Number(settings.get('tag')) || null,
  }
}

/** Output of `qm config`. Throws `command-failed` when it is not that. */
export function parseVmConfig(stdout: string): VmConfig {
  const pairs = deviceLines(stdout.slice(0, MAX_TABLE_CHARS)).flatMap((line) => {
    const [, key, value] = /^([a-z][a-z0-9_-]{0,63}): (.*)$/.exec(line) ?? []
    return key === undefined || value === undefined ? [] : [[key, value] as const]
  })
  if (pairs.length === 0) throw notQm('config', stdout)
  const settings = new Map(pairs)
  const nets = pairs.flatMap(([key, value]) => {
    const index = /^net(\d{1,2})$/.exec(key)?.[1]
    return index === undefined ? [] : [netOf(Number(index), value)]
  })
  return {
    name: settings.get('name') ?? null,
    nets: nets.sort((a, b) => a.index - b.index),
    hasSerialSocket: settings.get('serial0') === 'socket',
  }
}

const REFUSALS: readonly { pattern: RegExp; message: string; hint: string }[] = [
  {
    pattern: /Configuration file .* does not exist|no such VM/i,
    message: 'there is no such VM',
    hint: 'Compare wan.wanulators in the lab file with "qm list" on the PVE host.',
  },
  { pattern: /already running/i, message: 'the VM runs already', hint: 'Nothing has to be done.' },
  {
    pattern: /is locked|can't lock|got timeout/i,
    message: 'the VM is locked by another task',
    hint: 'Wait for the task (backup, migration) to end; see the task list of the PVE host.',
  },
  {
    pattern: /permission denied|must be run as root|please run as root|command not found|No such file/i,
    message: 'this user may not run qm',
    hint: 'Log in as root, or set wan.pve.command: [sudo, qm] in the lab file.',
  },
]

/** What qm said when it exited with another code than 0, as an error. */
export function qmError(host: string, argv: readonly string[], stderr: string): AppError {
  const known = REFUSALS.find(({ pattern }) => pattern.test(stderr))
  const message = known?.message ?? `"${argv.join(' ')}" failed`
  const details = { host, command: argv.join(' '), hint: known?.hint, stderrTail: stderr.trim().slice(-400) }
  return new AppError('command-failed', `${host}: ${message}`, details)
}
