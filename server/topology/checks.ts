import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster } from '../domain/lab'
import type { LabIssue } from './issues'
import { type Path, pathText } from './positions'

export type Check<L extends AnyLab = AnyLab> = (lab: L) => LabIssue[]

export const issue = (path: Path, message: string): LabIssue => ({ path, message: `${pathText(path)}: ${message}` })

export const list = (names: Iterable<string | number>): string => [...names].join(', ') || 'none'

/** Issues for values that occur more than once; the later one is at fault. */
export function duplicates<T>(
  items: readonly T[],
  path: Path,
  key: string,
  value: (item: T) => string | number,
): LabIssue[] {
  const first = new Map<string | number, number>()
  return items.flatMap((item, index) => {
    const id = value(item)
    const before = first.get(id)
    if (before === undefined) {
      first.set(id, index)
      return []
    }
    return [issue([...path, index, key], `"${id}" is used already in ${pathText([...path, before])}`)]
  })
}

export function unknownPlace(lab: AnyLab, place: Place, path: Path): LabIssue[] {
  if ('instance' in place) {
    const names = hasCluster(lab) ? lab.instances.map(({ name }) => name) : []
    if (names.includes(place.instance)) return []
    return [issue([...path, 'instance'], `there is no instance "${place.instance}"; there are: ${list(names)}`)]
  }
  const ids = lab.hosts.map(({ id }) => id)
  if (ids.includes(place.host)) return []
  return [issue([...path, 'host'], `there is no host "${place.host}"; there are: ${list(ids)}`)]
}
