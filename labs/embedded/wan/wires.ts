import { scheduler } from '../core/scheduler'
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
const MAX_PASSED = 200_000

/** The links between the router and its ISPs: NIC, WANulator, NIC. */
export class Wires {
  readonly taps = new Taps()
  readonly nics = new Map<string, NicState>(
    NICS.map(({ name }) => [name, { up: true, in: { packets: 0, bytes: 0 }, out: { packets: 0, bytes: 0 } }]),
  )
  /** By "link towards kind". */
  readonly losses = new Map<string, Loss>()
  /** When the traffic passed the router's side, towards the ISPs and towards the router, epoch ms, in no order. */
  readonly passed: Record<Towards, number[]> = { isp: [], router: [] }
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
    const pass = (stampMs: number) => {
      if (kind !== 'traffic') return
      const stamps = this.passed[towards]
      stamps.push(stampMs)
      if (stamps.length > MAX_PASSED) stamps.splice(0, MAX_PASSED / 2)
    }
    if (!seen(first, 'in', atMs)) return this.lose(loss)
    if (towards === 'isp') pass(atMs)
    const leavesMs = this.world.vm(link.vm).pass(guestOf(link.vm, second), bytes, atMs + BRIDGE_MS)
    if (leavesMs === null || !seen(second, 'out', leavesMs)) return this.lose(loss)
    if (towards === 'router') pass(leavesMs)
    return leavesMs
  }

  /** Pauses of the traffic over all links that were longer than `leastMs`. */
  pauses(towards: Towards, leastMs: number): { fromMs: number; toMs: number }[] {
    const stamps = this.passed[towards].toSorted((a, b) => a - b)
    return stamps.flatMap((toMs, at) => {
      const fromMs = stamps[at - 1] ?? toMs
      return toMs - fromMs > leastMs ? [{ fromMs, toMs }] : []
    })
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
    scheduler.runDue()
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
