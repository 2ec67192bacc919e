import type { Finding } from '../../domain/check'
import type { LabInterface } from '../../domain/lab'
import { type About, differing, fine, wrong } from './finding'
import { type Line, linesOf } from './interface-lines'
import { isMirrored, mendOf } from './interface-mends'
import { isMasked, joinNics, matchNics, type Nic } from './nics'
import { putBack } from './put-back'
import { type Surroundings, tool } from './surroundings'

const idOf = ({ instance }: Surroundings, { name }: LabInterface): string => `interface/${instance.name}/${name}`

/** What an interface is, in a line: "eth3 → ge-0-0-0, bpfrx-clan, 02:bf:72:00:00:03". */
const nicWords = ({ device, link }: Nic): string =>
  [
    device && link ? `${device.name} → ${link.name}` : (device?.name ?? link?.name),
    device?.settings.network ?? device?.settings.address,
    link?.mac,
  ]
    .filter(Boolean)
    .join(', ')

const declaredWords = ({ device, linux, network, mac }: LabInterface): string =>
  [device ? `${device} → ${linux}` : linux, network, mac].filter(Boolean).join(', ')

function missing(around: Surroundings, declared: LabInterface, nic: Nic | null): Finding {
  const { instance, state, links } = around
  const place = { instance: instance.name }
  const about: About = { id: idOf(around, declared), group: 'interface', place, title: declared.name }
  const isHidden = declared.device !== undefined && isMasked(state, declared.device)
  const difference = nic?.device
    ? { what: 'Linux name', declared: declared.linux, found: 'no interface', where: `ip link in ${instance.name}` }
    : declared.device === undefined
      ? { what: 'interface', declared: declared.linux, found: 'not there', where: `ip link in ${instance.name}` }
      : {
          ...{ what: 'device', declared: declaredWords(declared), where: `config of ${instance.name}` },
          found: isHidden ? `${declared.device} is masked by a device of type none` : 'not there',
        }
  const names = links.filter(({ isLoopback }) => !isLoopback).map(({ name }) => name)
  const hint = `In ${instance.name} there are: ${names.join(', ') || 'no interfaces'}. Or mend its interfaces in the lab file.`
  return differing(about, [difference], {
    ...{ status: 'missing', hint },
    mend: nic?.device ? null : putBack(around, declared, isHidden),
  })
}

type Lines = ReadonlyMap<LabInterface, Line[]>

/** The interface of the same instance that has what this one is said to have, and the other way round. */
const swappedWith = (lines: Lines, declared: LabInterface): LabInterface | null =>
  [...lines.keys()].find(
    (one) =>
      one !== declared &&
      lines.get(declared)?.some((mine) => lines.get(one)?.some((theirs) => isMirrored(mine, theirs))),
  ) ?? null

function compared(around: Surroundings, declared: LabInterface, nic: Nic, lines: Lines): Finding {
  const own = lines.get(declared) ?? []
  const about: About = {
    id: idOf(around, declared),
    ...{ group: 'interface', place: { instance: around.instance.name }, title: declared.name },
  }
  if (own.length === 0) return fine(about, nicWords(nic), declaredWords(declared))
  const other = swappedWith(lines, declared)
  const hint = other
    ? `It is the other way round with ${other.name}: the two are swapped, in the lab file or in the lab.`
    : 'Or mend it in the lab file, if that is what is wrong.'
  const differences = own.map(({ difference }) => difference)
  const theirs = (other && lines.get(other)) ?? []
  return differing(about, differences, { mend: mendOf(around, own, theirs), hint })
}

/** Network devices that an instance has beside the declared ones: a lab file that names devices names them all. */
function undeclared(around: Surroundings, others: readonly Nic[]): Finding[] {
  const { name, interfaces } = around.instance
  if (interfaces.length === 0 || interfaces.some(({ device }) => device === undefined)) return []
  return others.flatMap((nic) => {
    const { device } = nic
    if (device?.settings.type !== 'nic') return []
    const id = `interface/${name}/device/${device.name}`
    const about: About = { id, group: 'interface', place: { instance: name }, title: `Device ${device.name}` }
    const change = device.source === 'instance' ? ['remove', name, device.name] : ['add', name, device.name, 'none']
    const found = `${nicWords(nic)}, not declared`
    const hint = `Or add it to the interfaces of ${name} in the lab file.`
    const mend = tool(around, 'config', 'device', ...change)
    return [wrong(about, 'differs', { found, expected: 'in the lab file', mend, hint })]
  })
}

export type InterfaceFindings = {
  findings: Finding[]
  /** What was found for each declared interface; null: nothing. */
  matches: ReadonlyMap<LabInterface, Nic | null>
}

/** The declared interfaces of an instance against what is there: one finding each, whatever differs of it. */
export function interfaceFindings(around: Surroundings): InterfaceFindings {
  const { instance, configured } = around
  const names = configured?.names ?? new Set<string>()
  const { matches, others } = matchNics(instance.interfaces, joinNics(around.state, around.links), names)
  const lines = new Map([...matches].map(([one, nic]) => [one, nic?.link ? linesOf(around, one, nic) : []]))
  const own = [...matches].map(([declared, nic]) =>
    nic?.link ? compared(around, declared, nic, lines) : missing(around, declared, nic),
  )
  return { findings: [...own, ...undeclared(around, others)], matches }
}
