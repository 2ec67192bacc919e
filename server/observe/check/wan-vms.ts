import type { Difference, Finding, Mend } from '../../domain/check'
import type { AnyLab } from '../../domain/lab'
import { unhookedWanulators, type Wan, type Wanulator } from '../../domain/wan'
import type { VmConfig, VmNet, VmRow } from '../../drivers/pve/qm'
import type { Link } from '../instance-facts'
import { type About, differing, fine, mendAll, mendAt, wrong } from './finding'
import type { PveFound } from './wan-facts'

type WanLab = AnyLab & { wan: Wan }

/** The VM whose port of a bridge this is ("tap103i0"; with PVE's firewall in between "fwpr103p0"); null: none. */
export const vmOfPort = (port: string): number | null => {
  const id = /^(?:tap(\d{3,9})i|fwpr(\d{3,9})p)\d{1,2}$/.exec(port)
  return id ? Number(id[1] ?? id[2]) : null
}

/** The bridge that a NIC is, or is to be, a port of; null when nobody says. */
export function bridgeOf({ wan }: WanLab, nic: string, links: readonly Link[] | null): string | null {
  const declared = wan.nics.find(({ name }) => name === nic)?.bridge
  return declared ?? links?.find(({ ifname }) => ifname === nic)?.master ?? null
}

const titleOf = ({ vm, title }: Wanulator): string => `VM ${vm}: ${title}`

const aboutVm = (lab: WanLab, wanulator: Wanulator): About => ({
  ...{ id: `vm/${wanulator.vm}`, group: 'instance', place: { host: lab.wan.pve.host }, title: titleOf(wanulator) },
})

/** A network device with other settings, as `qm set` takes it; null: without that one. */
function netText({ text }: VmNet, settings: Record<string, string | null>): string {
  const kept = text.split(',').filter((word) => !Object.keys(settings).includes(word.split('=')[0] ?? ''))
  const set = Object.entries(settings).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
  return [...kept, ...set].join(',')
}

type Lines = { differences: Difference[]; mends: (Mend | null)[] }

/** One of the VM's two network devices against the NIC that is declared behind it. */
function netLines(lab: WanLab, { vm, nics }: Wanulator, index: 0 | 1, net: VmNet | undefined, found: PveFound): Lines {
  const { guest, nic, mac } = nics[index]
  const bridge = bridgeOf(lab, nic, found.links)
  const where = `net${index} in qm config ${vm}`
  const settings: Record<string, string | null> = {}
  const differences: Difference[] = []
  const differs = (what: string, declared: string, is: string) => {
    if (declared !== is) differences.push({ what: `${what} of ${guest}`, declared, found: is, where })
    return declared !== is
  }
  if (
    bridge !== null &&
    differs('bridge', `${bridge} (${nic})`, net?.bridge ? withNic(lab, net.bridge, found) : 'none')
  )
    settings.bridge = bridge
  if (net?.isLinkDown && differs('cable', 'plugged', 'pulled (link_down=1)')) settings.link_down = '0'
  if (net?.vlan != null && differs('VLAN', 'none', `tag ${net.vlan}`)) settings.tag = null
  if (mac !== undefined && net) differs('MAC', mac.toLowerCase(), net.mac ?? 'none')
  const { command, host } = lab.wan.pve
  const argv = net && [...command, 'set', String(vm), `--net${index}`, netText(net, settings)]
  const hasMend = argv && Object.keys(settings).length > 0
  return { differences, mends: [hasMend ? mendAt(lab, { host }, argv) : null] }
}

/** "vmbr7 (enp2s0f2)", by the NIC that is on that bridge. */
function withNic(lab: WanLab, bridge: string, { links }: PveFound): string {
  const nic = lab.wan.nics.find(({ name }) => bridgeOf(lab, name, links) === bridge)
  return nic ? `${bridge} (${nic.name})` : bridge
}

/** A further device on a bridge of the lab would be a way past the two that are bridged; one elsewhere is nobody's business. */
function furtherLines(lab: WanLab, { vm }: Wanulator, { nets }: VmConfig, found: PveFound): Lines {
  const bridges = new Set(lab.wan.nics.map(({ name }) => bridgeOf(lab, name, found.links)))
  const { command, host } = lab.wan.pve
  const further = nets.flatMap(({ index, bridge }) =>
    index > 1 && bridge !== null && bridges.has(bridge) ? [{ name: `net${index}`, bridge }] : [],
  )
  return {
    differences: further.map(({ name, bridge }) => ({
      ...{ what: `further device ${name}`, declared: 'none', where: `qm config ${vm}` },
      found: `on ${withNic(lab, bridge, found)}`,
    })),
    mends: further.map(({ name }) => mendAt(lab, { host }, [...command, 'set', String(vm), '--delete', name])),
  }
}

function configLines(lab: WanLab, wanulator: Wanulator, config: VmConfig, found: PveFound): Lines {
  const { vm } = wanulator
  const { command, host } = lab.wan.pve
  const nets = ([0, 1] as const).map((index) =>
    netLines(
      lab,
      wanulator,
      index,
      config.nets.find((net) => net.index === index),
      found,
    ),
  )
  const serial: Lines = config.hasSerialSocket
    ? { differences: [], mends: [] }
    : {
        differences: [{ what: 'serial console', declared: 'serial0: socket', found: 'none', where: `qm config ${vm}` }],
        mends: [mendAt(lab, { host }, [...command, 'set', String(vm), '--serial0', 'socket'])],
      }
  const all = [...nets, furtherLines(lab, wanulator, config, found), serial]
  return {
    differences: all.flatMap(({ differences }) => differences),
    mends: all.flatMap(({ mends }) => mends),
  }
}

/** The VM that is bridged with a WANulator's NICs instead of the one that is declared; null when none is. */
function otherOn(lab: WanLab, { vm, nics }: Wanulator, rows: readonly VmRow[], { links }: PveFound): VmRow | null {
  const ids = nics.map(({ nic }) => {
    const bridge = bridgeOf(lab, nic, links)
    const port = links?.find(({ ifname, master }) => master === bridge && vmOfPort(ifname) !== null)
    return port ? vmOfPort(port.ifname) : null
  })
  const [first] = ids
  return ids.every((id) => id === first) && first !== vm ? (rows.find((row) => row.vm === first) ?? null) : null
}

function vmFinding(lab: WanLab, wanulator: Wanulator, rows: readonly VmRow[], found: PveFound): Finding {
  const about = aboutVm(lab, wanulator)
  const { vm } = wanulator
  const { command, host } = lab.wan.pve
  const row = rows.find((candidate) => candidate.vm === vm)
  if (!row) {
    const other = otherOn(lab, wanulator, rows, found)
    const hint = other
      ? `Its NICs are bridged with VM ${other.vm} (${other.name}): put that id into the lab file.`
      : 'Put the right id into the lab file (wan.wanulators[].vm).'
    return wrong(about, 'missing', { found: `no VM ${vm} on ${host}`, expected: `VM ${vm}`, hint })
  }
  const config = found.configs.get(vm)
  if (!config || 'code' in config) {
    const { message = 'not asked', hint = null } = config ?? {}
    return wrong(about, 'unknown', { found: message, expected: 'its configuration', hint })
  }
  const lines = configLines(lab, wanulator, config, found)
  const isHooked = !unhookedWanulators(lab.wan).some((one) => one.vm === vm)
  const isOff = isHooked && row.status !== 'running'
  if (isOff) {
    lines.differences.unshift({ what: 'status', declared: 'running', found: row.status, where: 'qm list' })
    lines.mends.push(mendAt(lab, { host }, [...command, 'start', String(vm)]))
  }
  const nets = wanulator.nics.map(({ guest, nic }) => `${guest} on ${nic}`).join(', ')
  if (lines.differences.length === 0) return fine(about, `${row.status}; ${nets}`, null)
  const needsRestart = !config.hasSerialSocket && row.status === 'running'
  const hint = needsRestart
    ? 'A new serial console is there after the VM was stopped and started; make its link good afterwards.'
    : isOff
      ? '"Start VM" on the Lab page does it and makes the link good: a WANulator begins without an emulator.'
      : 'Or mend wan.wanulators in the lab file, if that is wrong.'
  return differing(about, lines.differences, { mend: mendAll(lines.mends), hint })
}

/** Each WANulator against its VM: there, running where a link leads through it, its devices on the declared NICs' bridges. */
export function vmFindings(lab: WanLab, found: PveFound): Finding[] {
  const { vms } = found
  if (Array.isArray(vms)) return lab.wan.wanulators.map((wanulator) => vmFinding(lab, wanulator, vms, found))
  const about: About = { id: 'vms', group: 'instance', place: { host: lab.wan.pve.host }, title: 'VMs' }
  const { message, hint = null } = vms
  return [wrong(about, 'unknown', { found: message, expected: 'the list of VMs', hint })]
}
