import type { Difference, Mend } from '../../domain/check'
import type { LabInterface } from '../../domain/lab'
import { mendAt } from './finding'
import { setParent } from './members'
import { type Device, devicesOf, isKernelName, junosNameOf, type Nic } from './nics'
import { inConfig, inLinks, type Surroundings, tool } from './surroundings'

/** A setting of a device in the container config; `spare`: a value that nothing has, while two change places. */
export type Setting = { device: Device; key: string; value: string; spare: string | null }

/** One property that differs, with what would make it as declared: a setting of the device, or a command. */
export type Line = {
  difference: Difference
  mend: Mend | null
  setting?: Setting
  /** For a name that no two can have at once: out of the way, and from there to what is declared. */
  park?: { away: Mend; back: Mend }
}

/** What nothing has, while two change places. */
const SPARE_NAME = 'swap0'
const SPARE_MAC = '02:00:00:00:00:01'

type Make = (around: Surroundings, declared: LabInterface, nic: Nic) => Line | null

const linuxName: Make = (around, { linux }, { device, link }) => {
  if (!link || link.name === linux) return null
  const place = { instance: around.instance.name }
  const rename = (from: string, to: string) =>
    mendAt(
      around.lab,
      place,
      ['ip', 'link', 'set', from, 'down'],
      ['ip', 'link', 'set', from, 'name', to],
      ['ip', 'link', 'set', to, 'up'],
    )
  const difference = { what: 'Linux name', declared: linux, found: link.name, where: inLinks(around) }
  // In a container the config names the link; a virtual machine names its links itself.
  if (device?.settings.type === 'nic' && device.settings.name === link.name) {
    return { difference, mend: null, setting: { device, key: 'name', value: linux, spare: SPARE_NAME } }
  }
  const park = { away: rename(link.name, SPARE_NAME), back: rename(SPARE_NAME, linux) }
  return { difference, mend: rename(link.name, linux), park }
}

const junosName: Make = ({ configured, lab }, { name }, { link }) => {
  const found = configured && junosNameOf(link, configured.names)
  if (!found || found === name) return null
  return {
    difference: { what: 'Junos name', declared: name, found, where: `configuration of ${lab.cluster.unit}` },
    mend: null,
  }
}

const kernelName: Make = (around, { kernel }, { link }) => {
  if (kernel === undefined || !link || isKernelName(link, kernel) !== false) return null
  const found = link.otherNames.find((other) => other.startsWith('en')) ?? `a name for bus address ${link.parent}`
  return { difference: { what: 'kernel name', declared: kernel, found, where: inLinks(around) }, mend: null }
}

/** Takes a device out of an instance's config and puts it in again by another name. */
function renameDevice(around: Surroundings, from: string, to: string, settings: Record<string, string>): Mend {
  const { type = 'nic', ...others } = settings
  const removed = tool(around, 'config', 'device', 'remove', around.instance.name, from)
  const added = tool(around, 'config', 'device', 'add', around.instance.name, to, type, ...pairsOf(others))
  return { host: removed.host, command: `${removed.command} && ${added.command}` }
}

const deviceName: Make = (around, declared, { device }) => {
  const { device: wanted, linux, network, mac } = declared
  if (wanted === undefined || wanted === device?.name) return null
  const difference = { what: 'device', declared: wanted, found: device?.name ?? 'no device', where: inConfig(around) }
  if (device?.source !== 'instance') return { difference, mend: null }
  const { name, hwaddr, ...others } = device.settings
  const isNic = device.settings.type === 'nic'
  const settings = {
    ...{
      ...others,
      ...(isNic && network !== undefined ? { network } : {}),
      ...(name === undefined ? {} : { name: linux }),
    },
    ...(hwaddr === undefined ? {} : { hwaddr: mac ?? hwaddr }),
  }
  // Where another device has that name already, it is the lab file that has to be mended.
  const isFree = !devicesOf(around.state).some((one) => one.name === wanted)
  return { difference, mend: isFree ? renameDevice(around, device.name, wanted, settings) : null }
}

const pairsOf = (settings: Record<string, string>): string[] =>
  Object.entries(settings).map(([key, value]) => `${key}=${value}`)

/** The profile that a device comes from: of several that have it the last one counts. */
const profileOf = ({ state, profiles }: Surroundings, device: string): string | null =>
  state.profiles.findLast((name) => profiles.get(name)?.has(device)) ?? null

const source: Make = (around, declared, { device }) => {
  const { source, profile } = declared
  if (!device || (source === undefined && profile === undefined)) return null
  const wanted = profile === undefined ? source : 'profile'
  const from = device.source === 'profile' ? profileOf(around, device.name) : null
  const isRight = wanted === device.source && (profile === undefined || from === null || from === profile)
  if (isRight) return null
  const words = profile === undefined ? `${wanted}` : `profile ${profile}`
  const found = from === null ? device.source : `profile ${from}`
  const { instance } = around
  const change =
    wanted === 'instance'
      ? tool(around, 'config', 'device', 'override', instance.name, device.name)
      : device.source === 'instance'
        ? tool(around, 'config', 'device', 'remove', instance.name, device.name)
        : tool(around, 'profile', 'add', instance.name, profile ?? '')
  return { difference: { what: 'source', declared: words, found, where: inConfig(around) }, mend: change }
}

const mac: Make = (around, declared, { device, link }) => {
  if (declared.mac === undefined || !link || link.mac === declared.mac.toLowerCase()) return null
  const difference = { what: 'MAC', declared: declared.mac, found: link.mac ?? 'none', where: inLinks(around) }
  if (device?.settings.type === 'nic')
    return { difference, mend: null, setting: { device, key: 'hwaddr', value: declared.mac, spare: SPARE_MAC } }
  const { vf } = declared
  const { lab } = around
  const ofVf = vf && ['ip', 'link', 'set', vf.pf, 'vf', String(vf.index), 'mac', declared.mac]
  return { difference, mend: ofVf ? mendAt(lab, { host: lab.containers.host }, ofVf) : null }
}

const pci: Make = (around, declared, { device }) => {
  if (declared.pci === undefined || device?.settings.type !== 'pci') return null
  const found = device.settings.address ?? ''
  if (found === declared.pci) return null
  const difference = { what: 'PCI address', declared: declared.pci, found, where: inConfig(around) }
  return { difference, mend: null, setting: { device, key: 'address', value: declared.pci, spare: null } }
}

/** The port on the host that a link is at: by the container tool's word of it. */
function portOf({ state }: Surroundings, { device, link }: Nic): string | null {
  const byName = link && state.state.network[link.name]?.host_name
  return byName || (device && state.config[`volatile.${device.name}.host_name`]) || null
}

/** The network in the config, and whether the port on the host really is one of its bridge. */
const network: Make = (around, declared, nic) => {
  const { lab, hostLinks } = around
  const of = lab.networks.find(({ name }) => name === declared.network)
  const { device } = nic
  if (!of || !device) return null
  const configured = device.settings.network
  if (configured !== undefined && configured !== of.name) {
    const difference = { what: 'network', declared: of.name, found: configured, where: inConfig(around) }
    return { difference, mend: null, setting: { device, key: 'network', value: of.name, spare: null } }
  }
  const { bridge } = of
  if (bridge === undefined || !hostLinks) return null
  const port = portOf(around, nic)
  const row = hostLinks.find(({ name }) => name === port)
  if (row?.master === bridge) return null
  const where = `ip link on ${lab.containers.host}`
  if (port === null || !row) {
    const found = port === null ? 'no port known' : `no port ${port}`
    return { difference: { what: 'bridge', declared: bridge, found, where }, mend: null }
  }
  const found = row.master === null ? `${port} is a port of no bridge` : `${row.master} (${port})`
  const mend = mendAt(lab, { host: lab.containers.host }, ['ip', 'link', 'set', port, 'master', bridge])
  return { difference: { what: 'bridge', declared: bridge, found, where }, mend }
}

const reth: Make = ({ lab, configured }, declared, { link }) => {
  if (declared.reth === undefined || !configured) return null
  const name = junosNameOf(link, configured.names) ?? declared.name
  const found = configured.rethOf.get(name) ?? 'none'
  if (found === declared.reth) return null
  const where = `configuration of ${lab.cluster.unit}`
  return {
    difference: { what: 'RETH', declared: declared.reth, found, where },
    mend: setParent(lab, name, declared.reth),
  }
}

const MAKERS: readonly Make[] = [junosName, linuxName, kernelName, deviceName, source, network, mac, pci, reth]

/** Every declared property of an interface that is not as declared. */
export const linesOf = (around: Surroundings, declared: LabInterface, nic: Nic): Line[] =>
  MAKERS.flatMap((make) => make(around, declared, nic) ?? [])
