import { nowMs, scheduler, type Task } from '../core/scheduler'
import type { LinkPlace } from './topology'
import { type Arrived, transit, type Way } from './transit'
import type { WanWorld } from './world'

/** IP and TCP headers with a timestamp, and what fits beside them, bytes. */
const HEADERS = 52
const SEGMENT = 1500 - HEADERS
const FIRST_RTO_MS = 220
const MAX_RTO_MS = 60_000

type Transfer = { world: WanWorld; isWanted: () => boolean }

/** Sends one packet until it arrives, each time after twice as long as before; the link that it came by. */
function insist(
  { world, isWanted }: Transfer,
  way: () => Way,
  bytes: number,
  arrived: (link: LinkPlace, atMs: number) => void,
) {
  let isThere = false
  let retry: Task | null = null
  const back: Arrived = (arrival) => {
    if (!arrival || isThere) return
    isThere = true
    scheduler.cancel(retry)
    arrived(arrival.link, arrival.atMs)
  }
  const attempt = (sendMs: number, rtoMs: number) => {
    transit(world, way(), bytes, sendMs, back)
    retry = scheduler.at(sendMs + rtoMs, (at) => {
      if (!isThere && isWanted()) attempt(at, Math.min(2 * rtoMs, MAX_RTO_MS))
    })
  }
  attempt(nowMs(), FIRST_RTO_MS)
}

/**
 * An HTTP request on a connection: the request, and as many segments as the answer has, each acknowledged. A lost one is
 * sent again by TCP, on the path that is in use by then. `done` once all of the answer is there.
 */
export function httpExchange(
  world: WanWorld,
  request: { connects: boolean; sendBytes: number; answerBytes: number },
  isWanted: () => boolean,
  done: (atMs: number) => void,
): void {
  const transfer = { world, isWanted }
  const there: Way = { towards: 'far' }
  /** The far side answers the way that it was asked, until the router has gone another one. */
  let lastLink: LinkPlace | null = null
  const back = (): Way => {
    const link = world.router.linkInUse() ?? lastLink
    return link ? { towards: 'edge', link } : there
  }
  const ask = () =>
    insist(
      transfer,
      () => there,
      HEADERS + request.sendBytes,
      (link) => {
        lastLink = link
        let missing = Math.max(1, Math.ceil(request.answerBytes / SEGMENT))
        let rest = request.answerBytes
        for (let n = missing; n > 0; n--) {
          const bytes = HEADERS + Math.min(SEGMENT, rest)
          rest -= SEGMENT
          insist(transfer, back, bytes, (_link, atMs) => {
            if (!isWanted()) return
            transit(world, there, HEADERS, atMs, () => {})
            missing--
            if (missing === 0) done(atMs)
          })
        }
      },
    )
  if (!request.connects) {
    ask()
    return
  }
  insist(
    transfer,
    () => there,
    60,
    (link) => {
      lastLink = link
      insist(transfer, back, 60, ask)
    },
  )
}
