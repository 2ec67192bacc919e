import type { Finding, Skipped } from '../../domain/check'
import type { Place } from '../../domain/ids'
import { type AnyLab, instancesOf } from '../../domain/lab'
import type { LabAccess } from '../../drivers/at'
import { hostOf } from '../../drivers/place'

/** What can be asked, and what stands in the way otherwise. */
export class Reach {
  running: Set<string> | null = null

  constructor(
    private readonly access: LabAccess<AnyLab>,
    private readonly hosts: readonly Finding[],
  ) {}

  private isUp = (host: string): boolean => this.hosts.find(({ id }) => id === `host/${host}`)?.status === 'ok'

  /** Why nothing can be asked at a place; null when it can. */
  obstacle = (place: Place): string | null => {
    const host = hostOf(this.access.lab, place)
    if (!this.isUp(host)) return `host ${host} cannot be used`
    if ('host' in place) return null
    if (!this.running) return 'the container tool does not answer'
    return this.running.has(place.instance) ? null : `${place.instance} does not run`
  }

  canAsk = (place: Place): boolean => this.obstacle(place) === null

  /** One entry for each place that cannot be asked at all. */
  skipped(): Skipped[] {
    const { lab } = this.access
    const places: Place[] = [
      ...lab.hosts.map(({ id }) => ({ host: id })),
      ...instancesOf(lab).map(({ name }) => ({ instance: name })),
    ]
    return places.flatMap((place) => {
      const reason = this.obstacle(place)
      return reason === null ? [] : [{ place, what: 'everything on it', reason }]
    })
  }
}
