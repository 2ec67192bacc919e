import type { DevicePresent, LinkUp, VfLink } from '../domain/case'
import type { Lab, LabInterface, Reth } from '../domain/lab'
import { AppError } from '../errors'

/** An interface of a node's instance by its role. Throws `lab-file` when there is none. */
export function interfaceOf(lab: Lab, instance: string, role: LabInterface['role']): LabInterface {
  const found = lab.instances.find(({ name }) => name === instance)?.interfaces.find((entry) => entry.role === role)
  if (found) return found
  throw new AppError('lab-file', `the lab file names no ${role} interface of ${instance}`, {
    hint: `Add one with "role: ${role}" to its interfaces.`,
  })
}

/** A node's member of the RETH that faces the WAN. Throws `lab-file`. */
export function wanMember(lab: Lab, instance: string): { entry: LabInterface; reth: Reth } {
  const entry = interfaceOf(lab, instance, 'wan')
  const reth = lab.cluster.reths.find(({ name }) => name === entry.reth)
  if (reth) return { entry, reth }
  throw new AppError('lab-file', `the lab file does not say which RETH ${entry.linux} of ${instance} belongs to`, {
    hint: 'Add "reth: …" to that interface.',
  })
}

/** What a hot-pluggable device is made of, as far as the lab file says: a VF by its address, else a NIC on a network. */
function settingsOf({ pci, network, linux, mac }: LabInterface): Record<string, string> {
  if (pci) return { type: 'pci', address: pci }
  return { type: 'nic', name: linux, ...(network ? { network } : {}), ...(mac ? { hwaddr: mac } : {}) }
}

/** The device behind an interface as the lab file declares it; what a run finds goes before. Throws `lab-file`. */
export function deviceOf(lab: Lab, instance: string, entry: LabInterface): DevicePresent {
  const { device, linux, mac = '', mtu = 1500, addresses, kernel } = entry
  if (!device)
    throw new AppError('lab-file', `the lab file does not say which device ${linux} of ${instance} is`, {
      hint: 'Add "device: …", its name in the container config, to that interface.',
    })
  const isInherited = entry.source === 'profile'
  const others = lab.instances.find(({ name }) => name === instance)?.interfaces.map((other) => other.linux) ?? []
  return {
    kind: 'device-present',
    ...{ instance, device, linux, mac, mtu, up: true, addresses },
    settings: isInherited ? null : settingsOf(entry),
    keptMac: isInherited ? mac : null,
    otherNames: [...new Set([kernel ?? device, device])].filter((name) => !others.includes(name)),
  }
}

/** The link of the virtual function behind an interface, where the lab file names it. */
export const vfLinkOf = ({ containers }: Lab, { vf }: LabInterface): VfLink => ({
  ...{ kind: 'vf-link', host: containers.host, state: 'auto' },
  ...{ pf: vf?.pf ?? null, vf: vf?.index ?? null },
})

/** The bridge behind an interface. Throws `lab-file` when it hangs on no network. */
export function bridgeOf({ containers }: Lab, instance: string, { linux, network }: LabInterface): LinkUp {
  if (network) return { kind: 'link-up', host: containers.host, link: network }
  throw new AppError('lab-file', `the lab file does not say which network ${linux} of ${instance} hangs on`, {
    hint: 'Add "network: …" to that interface.',
  })
}

/** The groups that move when one does. */
export const movingWith = ({ cluster }: Lab, redundancyGroup: number): number[] => {
  const group = cluster.redundancyGroups.find(({ id }) => id === redundancyGroup)
  return [...new Set([redundancyGroup, ...(group?.movesWith ?? [])])].sort((a, b) => a - b)
}
