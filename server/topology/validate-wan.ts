import type { AnyLab } from '../domain/lab'
import type { Wan } from '../domain/wan'
import { type Check, duplicates, issue, list, unknownPlace } from './checks'
import type { LabIssue } from './issues'
import { type Path, pathText } from './positions'

type WanCheck = (wan: Wan) => LabIssue[]

const NICS = ['wan', 'nics']
const VMS = ['wan', 'wanulators']
const PORTS = ['wan', 'router', 'ports']
const ISPS = ['wan', 'isps']

const unknown = (what: string, name: string, known: readonly string[], path: Path): LabIssue[] =>
  known.includes(name) ? [] : [issue(path, `there is no ${what} "${name}"; there are: ${list(known)}`)]

/** A bridge with two NICs would be a way around the WANulators. */
const unique: WanCheck = ({ nics, wanulators, router, isps, edgeNodes }) => [
  ...duplicates(nics, NICS, 'name', ({ name }) => name),
  ...duplicates(wanulators, VMS, 'vm', ({ vm }) => vm),
  ...duplicates(router.ports, PORTS, 'id', ({ id }) => id),
  ...duplicates(isps, ISPS, 'id', ({ id }) => id),
  ...duplicates(isps, ISPS, 'priority', ({ priority }) => priority),
  ...duplicates(edgeNodes, ['wan', 'edgeNodes'], 'host', ({ host }) => host),
  ...repeated(nics.map(({ bridge }, index) => [bridge, [...NICS, index, 'bridge']])),
]

/** Values that stand at more than one place, where not all places have one; the later one is at fault. */
function repeated(places: readonly [string | undefined, Path][]): LabIssue[] {
  return places.flatMap(([value, path], index) => {
    if (value === undefined) return []
    const before = places.slice(0, index).find(([other]) => other === value)
    return before ? [issue(path, `"${value}" is used already in ${pathText(before[1])}`)] : []
  })
}

const cables: WanCheck = ({ nics, router, isps }) => {
  const ports = router.ports.map(({ id }) => id)
  const ids = isps.map(({ id }) => id)
  const ends = nics.map(({ plugged }, index): [string | undefined, Path] => [
    plugged ? Object.entries(plugged)[0]?.join(' ') : undefined,
    [...NICS, index, 'plugged'],
  ])
  return [
    ...nics.flatMap(({ plugged }, index) => {
      const path = [...NICS, index, 'plugged']
      if (!plugged) return []
      if ('port' in plugged) return unknown('router port', plugged.port, ports, [...path, 'port'])
      return unknown('ISP', plugged.isp, ids, [...path, 'isp'])
    }),
    ...repeated(ends),
  ]
}

const bridged: WanCheck = ({ nics, wanulators }) => {
  const known = nics.map(({ name }) => name)
  const taken = wanulators.flatMap((wanulator, at) =>
    wanulator.nics.map(({ nic }, index): [string, Path] => [nic, [...VMS, at, 'nics', index, 'nic']]),
  )
  return [
    ...taken.flatMap(([nic, path]) => unknown('NIC', nic, known, path)),
    ...repeated(taken),
    ...wanulators.flatMap(({ nics: [first, second] }, at) =>
      first.guest === second.guest
        ? [issue([...VMS, at, 'nics', 1, 'guest'], `"${second.guest}" is used already by the other one`)]
        : [],
    ),
  ]
}

/** Between two ports or two ISPs a WANulator would bridge what must not be bridged. */
const between: WanCheck = ({ nics, wanulators }) =>
  wanulators.flatMap((wanulator, at) => {
    const kinds = wanulator.nics.map(({ nic }) => {
      const plugged = nics.find(({ name }) => name === nic)?.plugged
      return plugged ? Object.keys(plugged)[0] : undefined
    })
    const isWrong = kinds[0] !== undefined && kinds[0] === kinds[1]
    return isWrong
      ? [
          issue(
            [...VMS, at, 'nics'],
            `both lead to ${kinds[0] === 'isp' ? 'an ISP' : 'the router'}; expected one of each`,
          ),
        ]
      : []
  })

const CHECKS: readonly WanCheck[] = [unique, cables, bridged, between]

/** What is wrong with the references of a lab's WAN. */
export const wanIssues: Check<AnyLab & { wan: Wan }> = (lab) => [
  ...unknownPlace(lab, { host: lab.wan.pve.host }, ['wan', 'pve']),
  ...lab.wan.edgeNodes.flatMap(({ host }, index) => unknownPlace(lab, { host }, ['wan', 'edgeNodes', index])),
  ...(lab.wan.requests ? unknownPlace(lab, { host: lab.wan.requests.host }, ['wan', 'requests']) : []),
  ...CHECKS.flatMap((check) => check(lab.wan)),
]
