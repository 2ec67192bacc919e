import { z } from 'zod'
import type { Lab } from '../domain/lab'
import type { LabSnapshot } from '../domain/snapshot'
import { parseLinks } from './instance-facts'

const VfSchema = z.object({ vf: z.number(), link_state: z.string().optional(), 'link-state': z.string().optional() })
const PfSchema = z.object({ ifname: z.string(), vfinfo_list: z.array(z.unknown()).default([]) })

/** All links of a host with their tables of virtual functions. */
export const listHostLinks = (): string[] => ['ip', '-j', 'link', 'show']

/** Link states of a physical function's virtual functions, by number, out of `listHostLinks`; null: no such link. */
export function parseVfStates(stdout: string, pf: string): Map<number, string> | null {
  try {
    const links = z.array(z.unknown()).parse(JSON.parse(stdout))
    const found = links.flatMap((link) => PfSchema.safeParse(link).data ?? []).find(({ ifname }) => ifname === pf)
    if (!found) return null
    const vfs = found.vfinfo_list.flatMap((vf) => VfSchema.safeParse(vf).data ?? [])
    return new Map(vfs.map((vf) => [vf.vf, vf.link_state ?? vf['link-state'] ?? 'unknown']))
  } catch {
    return null
  }
}

/** The lab's bridges and virtual functions on its container host, as snapshot facts below the host's name. */
export function hostLinkFacts({ networks, instances, containers: { host } }: Lab, stdout: string): LabSnapshot {
  const links = parseLinks(stdout)
  if (!links) return { [`${host}/links`]: 'not readable' }
  const bridges = networks.flatMap(({ name }) => links.filter(({ ifname }) => ifname === name))
  const vfs = instances.flatMap(({ interfaces }) => interfaces.flatMap(({ vf }) => vf ?? []))
  return Object.fromEntries([
    ...bridges.map(({ ifname, flags }) => [`${host}/link/${ifname}/set`, flags.includes('UP') ? 'up' : 'down']),
    ...vfs.map(({ pf, index }) => [
      `${host}/link/${pf}/vf/${index}`,
      parseVfStates(stdout, pf)?.get(index) ?? 'absent',
    ]),
  ])
}
