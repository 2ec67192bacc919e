import type { WanLab } from '../domain/lab'
import type { LabSnapshot } from '../domain/snapshot'
import { linkEnds, unhookedWanulators, type Wanulator } from '../domain/wan'
import { execAt, type LabAccess } from '../drivers/at'
import type { FoundState } from '../drivers/console/login'
import { readVmConfig, readVms } from '../drivers/pve/pve'
import type { VmConfig, VmRow } from '../drivers/pve/qm'
import type { InForce } from '../drivers/wanulator/emulator'
import {
  type LinkReading,
  linkReading,
  readInForce,
  readingText,
  type WanulatorOptions,
  withWanulator,
} from '../drivers/wanulator/wanulator'
import { asAppError } from '../errors'
import { listHostLinks } from './host-links'
import { isLinkUp, type Link, parseLinks } from './instance-facts'

const TIMEOUT_MS = 8000

export type WanAccess = LabAccess<WanLab>

/** A WANulator, looked into. */
export type WanulatorState = { found: FoundState; inForce: InForce; reading: LinkReading }

/** Logs in to a WANulator, reads what is in force, logs out. Rejects as `withWanulator`. */
export const readWanulator = (
  access: WanAccess,
  wanulator: Wanulator,
  options: WanulatorOptions,
): Promise<WanulatorState> =>
  withWanulator(access, wanulator, options, async (shell, emulator) => {
    const inForce = await readInForce(shell, emulator)
    return { found: shell.found, inForce, reading: linkReading(linkEnds(access.lab.wan, wanulator), inForce) }
  })

/** The links of the PVE host; null when it did not list them. */
export async function readPveLinks(access: WanAccess, options: WanulatorOptions): Promise<Link[] | null> {
  const { tag, signal } = options
  const place = { host: access.lab.wan.pve.host }
  const result = await execAt(access, place, listHostLinks(), { tag, signal, timeoutMs: TIMEOUT_MS })
  return result.exitCode === 0 && !result.truncated ? parseLinks(result.stdout) : null
}

const emulatorsIn = (inForce: InForce): string =>
  inForce.kind === 'none' ? '0' : inForce.kind === 'several' ? String(inForce.count) : '1'

/** What must be the same after a run: the configuration in force, one emulator, nobody logged in. */
export const wanulatorFacts = (vm: number, { found, inForce, reading }: WanulatorState): LabSnapshot => ({
  [`wanulator ${vm}/in force`]: readingText(reading),
  [`wanulator ${vm}/emulators`]: emulatorsIn(inForce),
  [`wanulator ${vm}/console`]: found === 'login' ? 'logged out' : `found at: ${found}`,
})

/** The facts of a WANulator that was made good: it runs, passes everything on, and nobody is logged in. */
const goodFacts = (vm: number): LabSnapshot => ({
  [`vm ${vm}/status`]: 'running',
  [`wanulator ${vm}/in force`]: 'good',
  [`wanulator ${vm}/emulators`]: '1',
  [`wanulator ${vm}/console`]: 'logged out',
})

/** A snapshot as it is to be after these were made good, whatever it says of them: off, silent, degraded. */
export function withGoodLinks(snapshot: LabSnapshot, vms: readonly number[]): LabSnapshot {
  const isOf = (key: string) => vms.some((vm) => key.startsWith(`wanulator ${vm}/`))
  const others = Object.entries(snapshot).filter(([key]) => !isOf(key))
  return Object.assign(Object.fromEntries(others), ...vms.map(goodFacts))
}

function vmFacts(row: VmRow | undefined, vm: number, config: VmConfig | null): LabSnapshot {
  const facts: LabSnapshot = { [`vm ${vm}/status`]: row?.status ?? 'absent' }
  if (!row) return facts
  if (!config) return { ...facts, [`vm ${vm}/config`]: 'not readable' }
  for (const { index, mac, bridge, isLinkDown, vlan } of config.nets) {
    const set = isLinkDown ? 'cable pulled' : 'plugged'
    facts[`vm ${vm}/net${index}`] = [mac ?? 'no MAC', bridge ?? 'no bridge', set, vlan ? `VLAN ${vlan}` : '']
      .filter(Boolean)
      .join(' ')
  }
  return facts
}

function nicFacts({ wan }: WanLab, links: readonly Link[] | null): LabSnapshot {
  const { host } = wan.pve
  if (!links) return { [`${host}/links`]: 'not readable' }
  return Object.fromEntries(
    wan.nics.flatMap(({ name }) => {
      const link = links.find(({ ifname }) => ifname === name)
      if (!link) return [[`${host}/link/${name}`, 'absent']]
      return [
        [`${host}/link/${name}`, isLinkUp(link) ? 'up' : 'down'],
        [`${host}/link/${name}/bridge`, link.master ?? 'none'],
      ]
    }),
  )
}

/**
 * The part of a snapshot that a run on a WAN's links might change: VMs, their bridges, the NICs' links, and of each
 * WANulator that runs the configuration in force, its emulators and its console. What cannot be read is a fact.
 */
export async function wanFacts(access: WanAccess, options: WanulatorOptions): Promise<LabSnapshot> {
  const { lab } = access
  const { tag, signal } = options
  const [rows, links] = await Promise.all([readVms(access, { tag, signal }), readPveLinks(access, options)])
  // A host that lists no VM at all is a dry run's: the plan shows what is asked of those that run.
  const isDry = rows.length === 0
  const unhooked = new Set(unhookedWanulators(lab.wan).map(({ vm }) => vm))
  const parts = await Promise.all(
    lab.wan.wanulators.map(async (wanulator) => {
      const { vm } = wanulator
      const row = rows.find((candidate) => candidate.vm === vm)
      const config = row || isDry ? await readVmConfig(access, vm, { tag, signal }).catch(orCancelled) : null
      const facts = vmFacts(row, vm, config)
      if (row?.status !== 'running' && !isDry) return facts
      const state = await readWanulator(access, wanulator, options).catch(orCancelled)
      if (state) return { ...facts, ...wanulatorFacts(vm, state) }
      // What no link leads through may be silent, and stays so.
      return { ...facts, [`wanulator ${vm}/inside`]: unhooked.has(vm) ? 'silent' : 'not readable' }
    }),
  )
  return Object.assign({}, nicFacts(lab, links), ...parts)
}

function orCancelled(cause: unknown): null {
  const error = asAppError(cause)
  if (error.code === 'cancelled' || error.code.startsWith('ssh-')) throw error
  return null
}

/** A snapshot as its own looking has left the lab: whoever had stayed logged in on a console is so no more. */
export const leftLoggedOut = (snapshot: LabSnapshot): LabSnapshot =>
  Object.fromEntries(
    Object.entries(snapshot).map(([key, value]) => [key, /^wanulator \d+\/console$/.test(key) ? 'logged out' : value]),
  )
