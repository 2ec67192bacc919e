import type { AnyLab } from '../../domain/lab'
import type { Wan } from '../../domain/wan'
import { execAt, type LabAccess } from '../at'
import {
  listVms,
  parseVmConfig,
  parseVmList,
  parseVmStatus,
  qmError,
  startVm,
  stopVm,
  type VmConfig,
  type VmRow,
  vmConfig,
  vmStatus,
} from './qm'

export type WanAccess = LabAccess<AnyLab & { wan: Wan }>

export type PveOptions = { tag: string; signal?: AbortSignal; timeoutMs?: number }

/** qm is a Perl program that loads for most of a second. */
export const QUESTION_MS = 8000
/** Until the VM runs, or is off; not until it has booted. */
export const POWER_MS = 30_000

async function qm(access: WanAccess, argv: string[], options: PveOptions, timeoutMs: number): Promise<string> {
  const { host } = access.lab.wan.pve
  const { tag, signal } = options
  const result = await execAt(access, { host }, argv, { tag, signal, timeoutMs: options.timeoutMs ?? timeoutMs })
  if (result.exitCode !== 0) throw qmError(host, argv, result.stderr || result.stdout)
  return result.stdout
}

/** The VMs of the PVE host. Rejects with `ssh-…`, `command-failed`, as all of these do. */
export const readVms = async (access: WanAccess, options: PveOptions): Promise<VmRow[]> =>
  parseVmList(await qm(access, listVms(access.lab.wan.pve), options, QUESTION_MS))

export const readVmStatus = async (access: WanAccess, vm: number, options: PveOptions): Promise<string> =>
  parseVmStatus(await qm(access, vmStatus(access.lab.wan.pve, vm), options, QUESTION_MS))

export const readVmConfig = async (access: WanAccess, vm: number, options: PveOptions): Promise<VmConfig> =>
  parseVmConfig(await qm(access, vmConfig(access.lab.wan.pve, vm), options, QUESTION_MS))

/** Starts a VM; one that runs already is left as it is. It boots for a minute or so afterwards. */
export async function powerOn(access: WanAccess, vm: number, options: PveOptions): Promise<void> {
  if ((await readVmStatus(access, vm, options)) === 'running') return
  await qm(access, startVm(access.lab.wan.pve, vm), options, POWER_MS)
}

/** Switches a VM off; one that is off is left as it is. Its link is cut, and its configuration gone with its memory. */
export async function powerOff(access: WanAccess, vm: number, options: PveOptions): Promise<void> {
  if ((await readVmStatus(access, vm, options)) === 'stopped') return
  await qm(access, stopVm(access.lab.wan.pve, vm), options, POWER_MS)
}
