import type { Lab } from './lab'

/** The host behind the firewalls, and the Linux name of its interface towards them. */
export type LanHost = { instance: string; interface: string }

/** The first LAN host of the lab file that has an interface on the LAN; null when there is none. */
export function lanHostOf({ instances }: Pick<Lab, 'instances'>): LanHost | null {
  for (const { name, role, interfaces } of instances) {
    const facing = interfaces.find((entry) => entry.role === 'lan')
    if (role === 'lan-host' && facing) return { instance: name, interface: facing.linux }
  }
  return null
}
