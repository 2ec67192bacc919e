import type { FrameKind, Towards } from './frames'
import { type NicDirection, Taps } from './taps'
import { GUESTS, type Guest, LINKS, type LinkPlace, NICS, VMS } from './topology'
import type { WanWorld } from './world'

type Counters = { packets: number; bytes: number }
/** A NIC of the PVE host: whether somebody set it down, and what has passed since the start. */
export type NicState = { up: boolean; in: Counters; out: Counters }
/** What went into a link in one direction, and what of it got lost in there. */
export type Loss = { sent: number; lost: number }

/** From a NIC through its bridge to the other one, without an emulator's doing, ms. */
const BRIDGE_MS = 0.08

/** The links between the router and its ISPs: NIC, WANulator, NIC. */
export class Wires {
  readonly taps = new Taps()
  readonly nics = new Map<string, NicState>(
    NICS.map(({ name }) => [name, { up: true, in: { packets: 0, bytes: 0 }, out: { packets: 0, bytes: 0 } }]),
  )
  /** By "link towards kind". */
  readonly losses = new Map<string, Loss>()
  private sequence = 0

  constructor(private readonly world: WanWorld) {}

  /** Takes a frame that reaches the first NIC at `atMs` through a link; when it leaves the second one, null: never. */
  carry(link: LinkPlace, towards: Towards, kind: FrameKind, bytes: number, atMs: number): number | null {
    const [first, second] = towards === 'isp' ? [link.inside, link.outside] : [link.outside, link.inside]
    const loss = this.lossOf(link, towards, kind)
    loss.sent++
    const sequence = ++this.sequence
    const seen = (nic: string, direction: NicDirection, stampMs: number): boolean => {
      const state = this.nics.get(nic)
      if (!state?.up) return false
      state[direction].packets++
      state[direction].bytes += bytes
      this.taps.emit(nic, direction, { atMs: stampMs, bytes, sequence, link, towards })
      return true
    }
    if (!seen(first, 'in', atMs)) return this.lose(loss)
    const leavesMs = this.world.vm(link.vm).pass(guestOf(link.vm, second), bytes, atMs + BRIDGE_MS)
    if (leavesMs === null || !seen(second, 'out', leavesMs)) return this.lose(loss)
    return leavesMs
  }

  private lose(loss: Loss): null {
    loss.lost++
    return null
  }

  private lossOf({ id }: LinkPlace, towards: Towards, kind: FrameKind): Loss {
    const key = `${id} ${towards} ${kind}`
    const known = this.losses.get(key) ?? { sent: 0, lost: 0 }
    this.losses.set(key, known)
    return known
  }

  /** Sets a NIC up or down; a down one passes nothing. */
  setUp(nic: string, up: boolean, atMs: number): void {
    const state = this.nics.get(nic)
    if (!state || state.up === up) return
    state.up = up
    this.world.record(atMs, 'nic', { nic, up })
    for (const link of LINKS) if (nic === link.inside || nic === link.outside) this.world.reviewLink(link, atMs)
  }
}

/** The interface of a VM that is bridged with a NIC. */
function guestOf(vm: number, nic: string): Guest {
  const place = VMS.find((one) => one.vm === vm)
  return GUESTS.find((guest) => place?.nics[guest] === nic) ?? GUESTS[0]
}
