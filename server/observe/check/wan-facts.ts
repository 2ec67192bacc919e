import type { AnyLab } from '../../domain/lab'
import type { Wan } from '../../domain/wan'
import type { LabAccess } from '../../drivers/at'
import { readVmConfig, readVms } from '../../drivers/pve/pve'
import type { VmConfig, VmRow } from '../../drivers/pve/qm'
import { type AppError, asAppError } from '../../errors'
import type { Link } from '../instance-facts'
import { readPveLinks } from '../wan-facts'
import type { CheckOptions } from './finding'

/** What the PVE host says of its VMs and links. */
export type PveFound = {
  vms: VmRow[] | AppError
  /** Of those that are declared and there. */
  configs: ReadonlyMap<number, VmConfig | AppError>
  /** null: it did not list them. */
  links: Link[] | null
}

type WanAccess = LabAccess<AnyLab & { wan: Wan }>

const orError = (cause: unknown): AppError => asAppError(cause)

/** Asks the PVE host; what it does not answer is told as such. Never rejects. */
export async function readPve(access: WanAccess, options: CheckOptions): Promise<PveFound> {
  const { wanulators } = access.lab.wan
  const [vms, links] = await Promise.all([
    readVms(access, options).catch(orError),
    readPveLinks(access, options).catch(() => null),
  ])
  if (!Array.isArray(vms)) return { vms, links, configs: new Map() }
  const there = wanulators.filter(({ vm }) => vms.some((row) => row.vm === vm))
  const configs = await Promise.all(
    there.map(async ({ vm }) => [vm, await readVmConfig(access, vm, options).catch(orError)] as const),
  )
  return { vms, links, configs: new Map(configs) }
}
