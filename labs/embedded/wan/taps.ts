import type { Towards } from './frames'
import type { LinkPlace } from './topology'

/** As the NIC sees it: from its cable, or onto it. */
export type NicDirection = 'in' | 'out'
/** A frame that passes a NIC; `atMs` is the lab's clock, and may lie ahead by as long as a WANulator delays it. */
export type Passing = { atMs: number; bytes: number; sequence: number; link: LinkPlace; towards: Towards }
export type Tap = (frame: Passing) => void

/** Captures by NIC and direction. Nothing is built for a NIC that nobody looks at. */
export class Taps {
  private readonly taps = new Map<string, Set<Tap>>()

  add(nic: string, direction: NicDirection, tap: Tap): () => void {
    const key = `${nic} ${direction}`
    const set = this.taps.get(key) ?? new Set()
    this.taps.set(key, set.add(tap))
    return () => set.delete(tap)
  }

  emit(nic: string, direction: NicDirection, frame: Passing): void {
    for (const tap of this.taps.get(`${nic} ${direction}`) ?? []) tap(frame)
  }
}
