import { withoutPrefix } from '../domain/address'
import type { Connection, DevicePresent, LinkName, VfLink } from '../domain/case'
import type { Lab } from '../domain/lab'
import { execAt, type LabAccess } from '../drivers/at'
import { type InstanceState, listInstances, parseInstances } from '../drivers/incus'
import { asAppError } from '../errors'
import { listHostLinks, parseVfStates } from './host-links'
import { addressesOf, isLinkUp, type Link, parseLinks } from './instance-facts'
import type { Check } from './preflight'
import type { AskOptions } from './versions'

/** A connection as it was found, or why it can not be taken away and put back. */
export type FoundConnection = { declared: Connection; found: Connection | null; check: Check }

const TIMEOUT_MS = 5000

/** One link inside an instance. */
export const showLink = (linux: string): string[] => ['ip', '-j', 'address', 'show', 'dev', linux]

/** A link inside an instance; null when there is none of this name. Rejects with `ssh-…`. */
export async function readLink(
  access: LabAccess,
  { instance, linux }: LinkName,
  options: AskOptions,
): Promise<Link | null> {
  const { stdout } = await execAt(access, { instance }, showLink(linux), { ...options, timeoutMs: TIMEOUT_MS })
  return parseLinks(stdout)?.[0] ?? null
}

/** What is asked of a connection, in one go. */
async function read(access: LabAccess, connection: Connection, options: AskOptions) {
  const ask = { ...options, timeoutMs: TIMEOUT_MS }
  const host = { host: access.lab.containers.host }
  const [list, hostLinks, link] = await Promise.all([
    execAt(access, host, listInstances(access.lab), ask),
    execAt(access, host, listHostLinks(), ask),
    connection.kind === 'device-present' ? readLink(access, connection, options) : null,
  ])
  return { list: list.stdout, hostLinks: hostLinks.stdout, link }
}

type Answer<C extends Connection> = { found: C; text: string } | { refusal: string; hint: string }

const described = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(' ')

function deviceAsFound(
  lab: Lab,
  declared: DevicePresent,
  instance: InstanceState | undefined,
  link: Link | null,
): Answer<DevicePresent> {
  const { device, linux } = declared
  const settings = instance?.expanded_devices[device]
  const hint = `Mend "device" and "linux" of that interface in the lab file; "${lab.containers.command.join(' ')} config show ${declared.instance} --expanded" shows what there is.`
  if (!settings || settings.type === 'none') return { refusal: `${declared.instance} has no device ${device}`, hint }
  if (!link) return { refusal: `${declared.instance} has no link ${linux}`, hint }
  if (settings.nictype === 'sriov')
    return {
      refusal: `${device} is a hot-plugged virtual function (nictype=sriov), which cannot be put back while the instance runs`,
      hint: 'Choose the link of the virtual function instead (vf-link-down).',
    }
  const own = instance?.devices[device] ?? null
  const vips = new Set(lab.cluster.reths.map(({ vip }) => withoutPrefix(vip)))
  const others = lab.instances.find(({ name }) => name === declared.instance)?.interfaces.map((one) => one.linux) ?? []
  const found: DevicePresent = {
    ...declared,
    settings: own,
    keptMac: instance?.config[`volatile.${device}.hwaddr`] ?? null,
    mac: link.address,
    mtu: link.mtu ?? declared.mtu,
    up: isLinkUp(link),
    addresses: addressesOf(link).filter((address) => !vips.has(withoutPrefix(address))),
    otherNames: [...new Set([...declared.otherNames, ...link.altnames])].filter((name) => !others.includes(name)),
  }
  const from = own ? 'its own' : 'from a profile'
  return { found, text: `${device} (${from}, ${described(settings)}) is ${linux}, ${link.address}` }
}

function vfAsFound(declared: VfLink, hostLinks: string): Answer<VfLink> {
  const { pf, vf, host } = declared
  const hint = 'Choose to remove the device instead, or name its physical function: "vf: { pf: …, id: … }".'
  if (pf === null || vf === null) return { refusal: 'the lab file names no virtual function for that interface', hint }
  const state = parseVfStates(hostLinks, pf)?.get(vf)
  if (state === 'auto' || state === 'enable') return { found: { ...declared, state }, text: `${pf} vf ${vf}: ${state}` }
  return { refusal: `${host}: virtual function ${vf} of ${pf} is ${state ?? 'not there'}`, hint }
}

function asFound(lab: Lab, declared: Connection, facts: Awaited<ReturnType<typeof read>>): Answer<Connection> {
  if (declared.kind === 'vf-link') return vfAsFound(declared, facts.hostLinks)
  if (declared.kind === 'device-present')
    return deviceAsFound(lab, declared, parseInstances(facts.list).get(declared.instance), facts.link)
  const bridge = parseLinks(facts.hostLinks)?.find(({ ifname }) => ifname === declared.link)
  if (bridge?.flags.includes('UP')) return { found: declared, text: `${declared.link} is up` }
  return {
    refusal: `${declared.host} has no link ${declared.link} that is up`,
    hint: `Mend the network's name in the lab file, or: ip link set dev ${declared.link} up`,
  }
}

const titleOf = (connection: Connection): string =>
  connection.kind === 'device-present'
    ? `Device ${connection.device} of ${connection.instance} can be taken away and put back`
    : connection.kind === 'vf-link'
      ? 'Link of the virtual function can be set down and up'
      : `Bridge ${connection.link} can be set down and up`

/** How a connection is now, and whether it can be taken away and put back. Rejects only when cancelled. */
export async function findConnection(
  access: LabAccess,
  declared: Connection,
  options: AskOptions,
): Promise<FoundConnection> {
  const about = { id: `connection-${declared.kind}`, title: titleOf(declared) }
  try {
    const answer = asFound(access.lab, declared, await read(access, declared, options))
    if ('found' in answer)
      return { declared, found: answer.found, check: { ...about, ok: true, found: answer.text, hint: null } }
    return { declared, found: null, check: { ...about, ok: false, found: answer.refusal, hint: answer.hint } }
  } catch (cause) {
    const error = asAppError(cause)
    if (error.code === 'cancelled') throw error
    return { declared, found: null, check: { ...about, ok: false, found: error.message, hint: error.hint ?? null } }
  }
}
