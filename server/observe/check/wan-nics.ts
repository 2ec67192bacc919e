import type { Difference, Finding, Mend } from '../../domain/check'
import type { AnyLab } from '../../domain/lab'
import { plugName, type Wan, type WanNic } from '../../domain/wan'
import { isLinkUp, type Link } from '../instance-facts'
import { type About, differing, fine, mendAll, mendAt, wrong } from './finding'
import type { PveFound } from './wan-facts'
import { vmOfPort } from './wan-vms'

type WanLab = AnyLab & { wan: Wan }
type Line = { difference: Difference; mend: Mend | null; hint: string | null }

const WHERE = 'ip link on the PVE host'

/** What the link is against what is said to be plugged in. */
function stateLine(lab: WanLab, { name, plugged }: WanNic, link: Link): Line | null {
  const isUp = isLinkUp(link)
  if (isUp === (plugged !== null)) return null
  const isSetDown = !link.flags.includes('UP')
  const difference = {
    ...{ what: 'link', where: WHERE },
    declared: plugged ? `up, to ${plugName(lab.wan, plugged)}` : 'no cable',
    found: isUp ? 'up' : isSetDown ? 'set down' : 'down: no carrier',
  }
  if (plugged === null)
    return { difference, mend: null, hint: 'Say in the lab file what is plugged in there, or pull the cable.' }
  const mend = isSetDown ? mendAt(lab, { host: lab.wan.pve.host }, ['ip', 'link', 'set', 'dev', name, 'up']) : null
  return { difference, mend, hint: mend ? null : 'Look at the cable and at what is at its other end.' }
}

/** A second NIC on the bridge would be a way around the WANulator, a second VM another one through it. */
function portLine(lab: WanLab, { name }: WanNic, bridge: string, { links, configs, vms }: PveFound): Line | null {
  const place = { host: lab.wan.pve.host }
  const ports = (links ?? []).filter(({ ifname, master }) => master === bridge && ifname !== name)
  const strangers = ports.filter(({ ifname }) => vmOfPort(ifname) === null)
  const others = new Set(ports.flatMap(({ ifname }) => vmOfPort(ifname) ?? []))
  const owner = lab.wan.wanulators.find(({ nics }) => nics.some(({ nic }) => nic === name))
  const index = owner?.nics.findIndex(({ nic }) => nic === name) ?? 0
  const difference = (declared: string) => ({
    ...{ what: `other ports of ${bridge}`, where: WHERE, declared },
    found: ports.map(({ ifname }) => ifname).join(', ') || 'none',
  })
  if (strangers.length > 0 || others.size > 1) {
    const extra = ports.filter(({ ifname }) => vmOfPort(ifname) !== owner?.vm)
    const mends = extra.map(({ ifname }) => mendAt(lab, place, ['ip', 'link', 'set', 'dev', ifname, 'nomaster']))
    return { difference: difference('one VM alone'), mend: mendAll(mends), hint: null }
  }
  const config = owner && configs.get(owner.vm)
  const net = config && 'nets' in config ? config.nets.find((one) => one.index === index) : undefined
  const isRunning = Array.isArray(vms) && vms.some(({ vm, status }) => vm === owner?.vm && status === 'running')
  if (!owner || !isRunning || net?.bridge !== bridge || others.size > 0) return null
  const tap = `tap${owner.vm}i${index}`
  const mend = mendAt(lab, place, ['ip', 'link', 'set', 'dev', tap, 'master', bridge])
  return { difference: difference(tap), mend, hint: null }
}

function nicFinding(lab: WanLab, nic: WanNic, links: readonly Link[], found: PveFound): Finding {
  const place = { host: lab.wan.pve.host }
  const { name, bridge: declared, plugged } = nic
  const title = `NIC ${name} (${plugged ? plugName(lab.wan, plugged) : 'no cable'})`
  const about: About = { id: `nic/${name}`, group: 'interface', place, title }
  const link = links.find(({ ifname }) => ifname === name)
  if (!link)
    return wrong(about, 'missing', {
      ...{ found: 'no such link', expected: name, hint: 'Mend wan.nics in the lab file, or look at the card.' },
    })
  const lines: Line[] = []
  if (declared !== undefined && link.master !== declared)
    lines.push({
      difference: { what: 'bridge', declared, found: link.master ?? 'none', where: WHERE },
      mend: mendAt(lab, place, ['ip', 'link', 'set', 'dev', name, 'master', declared]),
      hint: 'For good: bridge-ports in /etc/network/interfaces.',
    })
  const bridge = link.master
  const more = [stateLine(lab, nic, link), bridge === null ? null : portLine(lab, nic, bridge, found)]
  lines.push(...more.filter((line) => line !== null))
  const state = `${isLinkUp(link) ? 'up' : 'down'}, ${bridge === null ? 'on no bridge' : `on ${bridge}`}`
  if (lines.length === 0) return fine(about, state)
  return differing(
    about,
    lines.map(({ difference }) => difference),
    { mend: mendAll(lines.map(({ mend }) => mend)), hint: lines.find(({ hint }) => hint !== null)?.hint ?? null },
  )
}

/** Each NIC of the PVE host: there, on its bridge, alone there beside one VM, its link as what is plugged in says. */
export function nicFindings(lab: WanLab, found: PveFound): Finding[] {
  const { links } = found
  if (links) return lab.wan.nics.map((nic) => nicFinding(lab, nic, links, found))
  const about: About = { id: 'nics', group: 'interface', place: { host: lab.wan.pve.host }, title: 'NICs' }
  const hint = '"ip -j link show" must work there.'
  return [wrong(about, 'unknown', { found: 'the host did not list its links', expected: 'its links', hint })]
}
