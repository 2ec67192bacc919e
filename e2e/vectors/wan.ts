import { WAN_SWITCHES } from '@/labs/embedded/wan/options'
import { type Expected, each, stopped, type Vector, vector } from './vector'

const CUTS = ['link-gap', 'all-cut', 'link-back', 'agreement']
const DEGRADED = ['link-gap', 'link-left', 'loss-back', 'link-back', 'oscillation']

const CRITERIA: Record<string, readonly string[]> = {
  ...{ 'WAN-1': CUTS, 'WAN-2': DEGRADED, 'WAN-3': DEGRADED, 'WAN-4': DEGRADED, 'WAN-5': DEGRADED },
}

const durations = (cutsS: number, degradedS: number): Record<string, Record<string, unknown>> => ({
  'WAN-1': { durationS: cutsS },
  ...Object.fromEntries(['WAN-2', 'WAN-3', 'WAN-4', 'WAN-5'].map((caseId) => [caseId, { durationS: degradedS }])),
})
/** Parameters of the runs; the limits of `WAN_LIMITS` are shorter than what they watch. */
export const WAN_PARAMS = durations(40, 32)
/** Those on the real lab, whose router leaves a dead link after 3 s, and compares its links every 3 s. */
export const REAL_WAN_PARAMS = durations(60, 44)

/** The runs that last longest first. */
const LONG = ['no-failover', 'flapping', 'console-left']
export const WAN_ROWS = [...LONG, ...WAN_SWITCHES.filter((name) => !LONG.includes(name))].flatMap((name) =>
  Object.keys(WAN_PARAMS).map((caseId) => [name, caseId] as const),
)

/** Expectations of the labs that the vectors run on: a router that does nothing can be told from one that is slow. */
export const WAN_LIMITS = { linkLeftMs: 6000, linkBackMs: 10_000 }

/** A path is used for whole seconds before the router looks again: changes can be told. */
export const WAN_OPTIONS = { recomputeMs: 2000 }

/** A console's own 4.5 s, and until it was asked. */
const CONSOLE_MS = 5500
/** So much later a real host may have answered: each of its commands is a process. */
const REAL_MS = 2500

type ByCase = { cuts: Vector; loss: Vector; delay: Vector }
/** `real`: where the real lab must answer otherwise, and why. */
type WanVectors = ByCase & { real?: Partial<ByCase> }

const alike = (of: (criteria: readonly string[]) => Vector): ByCase => ({
  ...{ cuts: of(CUTS), loss: of(DEGRADED), delay: of(DEGRADED) },
})

/** Found by the preflight: nothing was changed. */
const found = (why: string, says: RegExp, foundWithinMs = CONSOLE_MS): ByCase =>
  alike((criteria) => ({ ...stopped(why, criteria), says, foundWithinMs }))

const NEVER_LEFT: Record<string, Expected> = { 'link-left': 'fail', 'link-back': 'inconclusive' }

/** Switch -> what a run with it says, as reviewed: WAN-1 (cuts), WAN-2 and WAN-5 (loss), WAN-3 and WAN-4 (delay). */
export const WAN_TABLE: Record<string, WanVectors> = {
  'no-failover': {
    cuts: vector(
      'The traffic stays on the first link and is gone from its cut on: an outage that nobody saw end before the next link was cut, so captures and probes have no end to compare. Nothing passes with all links cut, which is true, whatever it proves of the other two. The router went on sending into the cut link, so nothing could come back to it.',
      ['all-cut'],
      { 'link-gap': 'fail', 'link-back': 'inconclusive', agreement: 'inconclusive' },
    ),
    loss: vector(
      'The traffic stays on the lossy link: no long gap, no change of the path, and loss until the link is made good. What never left cannot come back.',
      ['link-gap', 'oscillation'],
      { ...NEVER_LEFT, 'loss-back': 'fail' },
    ),
    delay: vector(
      'The traffic stays on the slow link and loses nothing but what the change of the emulator costs. What never left cannot come back.',
      ['link-gap', 'oscillation', 'loss-back'],
      NEVER_LEFT,
    ),
    real: {
      cuts: vector(
        'The same, but a real router asks for its neighbour by ARP: once that has not answered for some time nothing is sent into the cut link any more, and then the traffic does come back. Whether it has by then is chance.',
        ['all-cut'],
        { 'link-gap': 'fail', 'link-back': ['inconclusive', 'pass'], agreement: 'inconclusive' },
      ),
    },
  },
  flapping: {
    cuts: vector('A link that is down is not chosen, however much else is forgotten.', CUTS),
    loss: vector(
      'The router comes back to the lossy link with every other recompute: it never leaves for good, and loss comes with it. Whether the traffic was on the link when that was made good, so that none could come back, is chance.',
      ['link-gap'],
      { 'link-left': 'fail', 'loss-back': 'fail', oscillation: 'fail', 'link-back': ['pass', 'inconclusive'] },
    ),
    delay: vector('As with loss, but nothing is lost on a slow link.', ['link-gap', 'loss-back'], {
      'link-left': 'fail',
      oscillation: 'fail',
      'link-back': ['pass', 'inconclusive'],
    }),
  },
  'link-degraded': found('The first link reads 15 % loss.', /Starlink-1: .*reads good: .*15 % loss/),
  'emulator-dead': found('Nothing passes the first link: there is no emulator.', /Starlink-1: .*no emulator runs/),
  'two-emulators': found('Two emulators run on the first link.', /Starlink-1: .*2 emulators run/),
  'console-wedged': found(
    'The console echoes, and that is all.',
    /Starlink-1: .*\(VM 103\).* gives no prompt, not even after Ctrl-C/,
  ),
  'console-held': found(
    'Somebody else is on the console, and is named.',
    /Starlink-1: .*(qm|socat) \(pid \d+\) is on the serial console already/,
    2500,
  ),
  'wrong-password': found('All three consoles refuse the password.', /\(VM 103\).*refuses the password/),
  'nic-down': found(
    'The WANulator reads good, but its NIC towards the ISP is down.',
    /NICs of the links up: enp2s0f3 is down/,
  ),
  'console-left': alike((criteria) =>
    vector('The session that was left there is taken over and logged out before anything else.', criteria),
  ),
  'capture-denied': alike((criteria) => ({
    why: 'The run ends as its captures do, before anything is changed: without them nothing could be judged.',
    ending: 'error',
    criteria: each(criteria, 'inconclusive'),
    says: /this user may not capture/,
    foundWithinMs: 3000,
  })),
}

function kindOf(caseId: string): keyof ByCase {
  if (caseId === 'WAN-1') return 'cuts'
  return ['WAN-2', 'WAN-5'].includes(caseId) ? 'loss' : 'delay'
}

/** What a switch must do to a case on a WAN lab; null for a case or switch that is none of a WAN's. */
export function wanVectorOf(name: string, caseId: string, where: 'embedded' | 'reference'): Vector | null {
  const row = WAN_TABLE[name]
  if (!row || !CRITERIA[caseId]) return null
  const kind = kindOf(caseId)
  if (where === 'embedded') return { ...row[kind], params: WAN_PARAMS[caseId] }
  const vector = { ...(row.real?.[kind] ?? row[kind]), params: REAL_WAN_PARAMS[caseId] }
  return vector.foundWithinMs ? { ...vector, foundWithinMs: vector.foundWithinMs + REAL_MS } : vector
}
