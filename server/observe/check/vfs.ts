import type { Difference, Finding, Mend } from '../../domain/check'
import type { LabInterface, Vf } from '../../domain/lab'
import type { VfRow } from '../../drivers/ip-link-parse'
import { type About, differing, fine, mendAll, mendAt } from './finding'
import type { Nic } from './nics'
import type { Surroundings } from './surroundings'

const onOff = (value: boolean): string => (value ? 'on' : 'off')

type Line = { difference: Difference; mend: Mend | null }

const UNSET_MAC = '00:00:00:00:00:00'

const words = ({ mac, spoofCheck, trust, linkState }: VfRow): string =>
  [
    mac,
    spoofCheck === null ? null : `spoof checking ${onOff(spoofCheck)}`,
    trust === null ? null : `trust ${onOff(trust)}`,
    linkState === null ? null : `link ${linkState}`,
  ]
    .filter(Boolean)
    .join(', ')

function linesOf(around: Surroundings, vf: Vf, row: VfRow, nic: Nic | null, vfs: readonly VfRow[]): Line[] {
  const { lab } = around
  const place = { host: lab.containers.host }
  const where = `ip link show dev ${vf.pf} on ${place.host}`
  const line = (what: string, declared: string, found: string, setting: string[]): Line => ({
    difference: { what, declared, found, where },
    mend: mendAt(lab, place, ['ip', 'link', 'set', vf.pf, 'vf', String(vf.index), ...setting]),
  })
  const { spoofCheck, trust, linkState } = vf
  const lines: Line[] = []
  const inside = nic?.link && (nic.link.permanentMac ?? nic.link.mac)
  // A MAC that nobody set on the physical function is all zeroes there.
  if (inside && row.mac !== null && row.mac !== UNSET_MAC && row.mac !== inside) {
    const other = vfs.find(({ mac }) => mac === inside)
    const found = other ? `${row.mac}; VF ${other.index} has ${inside}` : row.mac
    const difference = { what: `MAC of VF ${vf.index}`, declared: `${inside} (as inside)`, found, where }
    lines.push({ difference, mend: null })
  }
  if (spoofCheck !== undefined && row.spoofCheck !== null && row.spoofCheck !== spoofCheck)
    lines.push(line('spoof checking', onOff(spoofCheck), onOff(row.spoofCheck), ['spoofchk', onOff(spoofCheck)]))
  if (trust !== undefined && row.trust !== null && row.trust !== trust)
    lines.push(line('trust', onOff(trust), onOff(row.trust), ['trust', onOff(trust)]))
  if (linkState !== undefined && row.linkState !== null && row.linkState !== linkState)
    lines.push(line('link state', linkState, row.linkState, ['state', linkState]))
  return lines
}

/** A declared VF against the table of its physical function. `nic`: what was found inside, null for nothing. */
export function vfFinding(around: Surroundings, { name, vf }: LabInterface, nic: Nic | null): Finding | null {
  const { lab, instance, hostLinks } = around
  if (!vf || !hostLinks) return null
  const place = { host: lab.containers.host }
  const title = `VF ${vf.index} of ${vf.pf} (${instance.name} ${name})`
  const about: About = { id: `vf/${instance.name}/${name}`, group: 'interface', place, title }
  const pf = hostLinks.find((link) => link.name === vf.pf)
  if (!pf) {
    const where = `ip link on ${place.host}`
    const hint = 'Is its driver loaded? Or mend "vf" in the lab file.'
    return differing(about, [{ what: 'physical function', declared: vf.pf, found: 'not there', where }], {
      ...{ status: 'missing', hint },
    })
  }
  const row = pf.vfs.find(({ index }) => index === vf.index)
  if (!row) {
    const where = `ip link show dev ${vf.pf} on ${place.host}`
    const found = pf.vfs.length === 0 ? 'no VFs' : `VFs ${pf.vfs.map(({ index }) => index).join(', ')}`
    const mend = mendAt(lab, place, ['sh', '-c', `echo ${vf.index + 1} >/sys/class/net/${vf.pf}/device/sriov_numvfs`])
    const hint =
      'Where there are VFs already, their number has to be set to 0 first: whatever uses them loses its link.'
    return differing(about, [{ what: 'VF', declared: String(vf.index), found, where }], {
      status: 'missing',
      mend,
      hint,
    })
  }
  const lines = linesOf(around, vf, row, nic, pf.vfs)
  if (lines.length === 0) return fine(about, words(row))
  return differing(
    about,
    lines.map(({ difference }) => difference),
    { mend: mendAll(lines.map(({ mend }) => mend)) },
  )
}
