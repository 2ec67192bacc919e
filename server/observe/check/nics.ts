import type { LabInterface } from '../../domain/lab'
import type { InstanceState } from '../../drivers/incus'
import { isNameOfBus, type LinkRow } from '../../drivers/ip-link-parse'

/** A device of an instance's config. */
export type Device = {
  name: string
  settings: Record<string, string>
  source: 'instance' | 'profile'
}

/** A network interface as it is found: its device, its link inside, or both where they are known to be one. */
export type Nic = { device: Device | null; link: LinkRow | null }

/** Devices that may be network interfaces, the instance's own before its profiles'. */
export function devicesOf(state: InstanceState): Device[] {
  const names = new Set([...Object.keys(state.devices), ...Object.keys(state.expanded_devices)])
  return [...names].flatMap((name): Device[] => {
    const own = state.devices[name]
    const settings = own ?? state.expanded_devices[name] ?? {}
    const isNetwork = settings.type === 'nic' || settings.type === 'pci'
    return isNetwork ? [{ name, settings, source: own ? 'instance' : 'profile' }] : []
  })
}

/** Whether a device of a profile is hidden by one of the instance that is none. */
export const isMasked = (state: InstanceState, device: string): boolean => state.devices[device]?.type === 'none'

const hasMac = (link: LinkRow, mac: string | undefined): boolean =>
  mac !== undefined && mac !== '' && (link.permanentMac ?? link.mac) === mac.toLowerCase()

const hasName = (link: LinkRow, name: string | undefined): boolean =>
  name !== undefined && (link.name === name || link.otherNames.includes(name))

/** Takes the first that fits out of a list. */
function take<T>(list: T[], fits: (item: T) => boolean): T | null {
  const at = list.findIndex(fits)
  return at === -1 ? null : (list.splice(at, 1)[0] ?? null)
}

/**
 * Devices with the links that they are inside: by the MAC that the container tool gave them, by name, and where one of
 * each is left over, those two.
 */
export function joinNics(state: InstanceState, links: readonly LinkRow[]): Nic[] {
  const left = links.filter(({ isLoopback }) => !isLoopback)
  const macOf = ({ name, settings }: Device) => settings.hwaddr ?? state.config[`volatile.${name}.hwaddr`]
  const byMac = devicesOf(state).map((device): Nic => {
    return { device, link: take(left, (link) => hasMac(link, macOf(device))) }
  })
  const byName = byMac.map((nic): Nic => {
    return nic.link ? nic : { ...nic, link: take(left, (link) => hasName(link, nic.device?.settings.name)) }
  })
  const alone = byName.filter(({ link }) => link === null)
  const [device] = alone
  const [link] = left
  if (device && link && alone.length === 1 && left.length === 1)
    return byName.map((nic) => (nic === device ? { ...nic, link } : nic))
  return [...byName, ...left.map((link): Nic => ({ device: null, link }))]
}

/** Junos names as Linux can have them. */
export const asLinuxName = (junos: string): string => junos.replaceAll('/', '-')

/** The Junos name of a link, where the node's configuration knows one; null when it does not. */
export const junosNameOf = (link: LinkRow | null, configured: ReadonlySet<string>): string | null =>
  [...configured].find((name) => link !== null && asLinuxName(name) === link.name) ?? null

/** Whether a link's kernel gave it a name; null when nobody can tell. */
export function isKernelName({ name, otherNames, parent }: LinkRow, kernel: string): boolean | null {
  if (name === kernel || otherNames.includes(kernel)) return true
  if (otherNames.some((other) => other.startsWith('en'))) return false
  return parent === null ? null : isNameOfBus(kernel, parent)
}

/** How many properties of a declared interface a found one has; below 1 it is surely another. */
function likeness(declared: LabInterface, { device, link }: Nic, configured: ReadonlySet<string>): number {
  const same = [
    link?.name === declared.linux,
    declared.device !== undefined && device?.name === declared.device,
    declared.mac !== undefined && link?.mac === declared.mac.toLowerCase(),
    declared.kernel !== undefined && link !== null && isKernelName(link, declared.kernel) === true,
    declared.pci !== undefined && device?.settings.address === declared.pci,
    junosNameOf(link, configured) === declared.name,
  ]
  const network = declared.network !== undefined && device?.settings.network === declared.network
  return same.filter(Boolean).length + (network ? 0.5 : 0)
}

/**
 * For each declared interface the found one that has most of what is declared, each found one once: so that a single
 * wrong word in the lab file is told as just that. null: there is none.
 */
export function matchNics(
  declared: readonly LabInterface[],
  found: readonly Nic[],
  configured: ReadonlySet<string>,
): { matches: Map<LabInterface, Nic | null>; others: Nic[] } {
  const pairs = declared
    .flatMap((one) => found.map((nic) => ({ one, nic, points: likeness(one, nic, configured) })))
    .filter(({ points }) => points >= 1)
    .toSorted((a, b) => b.points - a.points)
  const matches = new Map<LabInterface, Nic>()
  const taken = new Set<Nic>()
  for (const { one, nic } of pairs) {
    if (matches.has(one) || taken.has(nic)) continue
    matches.set(one, nic)
    taken.add(nic)
  }
  const others = found.filter((nic) => !taken.has(nic))
  const whole = (one: LabInterface): Nic | null => {
    const nic = matches.get(one)
    if (!nic) return null
    // A link and a device that nothing but the lab file ties together, as of two VFs in one instance.
    const device = nic.device ?? take(others, (other) => !other.link && other.device?.name === one.device)?.device
    const link = nic.link ?? take(others, (other) => !other.device && other.link?.name === one.linux)?.link
    return { device: device ?? null, link: link ?? null }
  }
  return { matches: new Map(declared.map((one) => [one, whole(one)])), others }
}
