import type { Ending, Verdict } from '@/server/domain/run'

/** What one criterion must say; a list where more than one answer is right, and then `why` says when which. */
export type Expected = Verdict | readonly Verdict[]

/** One run of a case with a switch on, as reviewed: by its criteria's ids, and why it must be so. */
export type Vector = { why: string; ending: Ending; criteria: Record<string, Expected> }

export type CaseVectors = Record<string, Vector>

/** A switch and what it does to each case. `reference`: where the real lab must answer otherwise, and why. */
export type SwitchVectors = {
  /** How long after it was turned on its effect is there, ms. */
  effectMs?: number
  cases: CaseVectors
  reference?: CaseVectors
}

const FORMATION = ['roles', 'weights', 'heartbeat', 'reths']
const FAILOVER = ['primary', 'failover-time', 'garp', 'sessions', 'agreement']

const each = (criteria: readonly string[], verdict: Expected): Record<string, Expected> =>
  Object.fromEntries(criteria.map((id) => [id, verdict]))

const vector = (why: string, criteria: readonly string[], others: Record<string, Expected> = {}): Vector => ({
  why,
  ending: 'completed',
  criteria: { ...each(criteria, 'pass'), ...others },
})

/** Stopped in its preflight: nothing was done, so nothing can be said. */
const stopped = (why: string, criteria: readonly string[]): Vector => ({
  why,
  ending: 'error',
  criteria: each(criteria, 'inconclusive'),
})

const formed = vector('It does nothing to a cluster that nobody disturbs.', FORMATION)

/** Parameters of the runs: a takeover that has not come by then does not come. */
export const PARAMS: Record<string, Record<string, unknown>> = { 'TC-1': {}, 'TC-3': { waitS: 15 } }

/** Switch -> case -> criterion -> verdict. A new case is a new key in each `cases`. */
export const TABLE: Record<string, SwitchVectors> = {
  'no-takeover': {
    cases: {
      'TC-1': formed,
      'TC-3': vector(
        'Nobody takes over: node1 was watched beyond the limit, traffic is out beyond it, nobody announced a VIP. Sessions: the tables are synced, and that no byte went on says nothing of them while nothing is forwarded. Agreement: there is neither a takeover nor an end of the outage to compare.',
        [],
        { primary: 'fail', 'failover-time': 'fail', garp: 'fail', sessions: 'inconclusive', agreement: 'inconclusive' },
      ),
    },
  },
  'slow-takeover': {
    cases: {
      'TC-1': formed,
      'TC-3': vector('Takeover and traffic come after 8 s; all else is as it should be.', FAILOVER, {
        primary: 'fail',
        'failover-time': 'fail',
      }),
    },
  },
  'no-garp': {
    cases: {
      'TC-1': formed,
      'TC-3': vector(
        'No announcement is seen. The neighbours look again after 1 s, so the Failover Time is longer and still within its limit.',
        FAILOVER,
        { garp: 'fail' },
      ),
    },
    reference: {
      'TC-3': vector(
        'No announcement is seen. Real neighbours keep an address for up to a minute: traffic may resume after the limit, or not while it is watched; then sessions cannot go on either, and there may be nothing to compare.',
        FAILOVER,
        {
          garp: 'fail',
          'failover-time': ['pass', 'fail'],
          sessions: ['pass', 'inconclusive'],
          agreement: ['pass', 'inconclusive'],
        },
      ),
    },
  },
  'no-session-sync': {
    cases: {
      'TC-1': formed,
      'TC-3': vector('No session is on the backup before T0, none goes on. ICMP needs no session.', FAILOVER, {
        sessions: 'fail',
      }),
    },
  },
  'no-snat': {
    cases: {
      'TC-1': formed,
      'TC-3': vector(
        'TC-3 asks whether a session keeps the translation that it had, here none; whether there is one is asked by TC-2.',
        FAILOVER,
      ),
    },
    reference: {
      'TC-3': stopped('The WAN host has no route to the LAN: no target answers, which the preflight finds.', FAILOVER),
    },
  },
  'no-preempt': {
    cases: {
      'TC-1': formed,
      'TC-3': vector('TC-3 ends with the takeover; the restore brings node0 back by hand.', FAILOVER),
    },
  },
  'dual-primary': {
    effectMs: 6000,
    cases: {
      'TC-1': vector(
        'Both are primary and neither sees the other. Each still has its full weight, and node0 its RETHs.',
        FORMATION,
        { roles: 'fail', heartbeat: 'fail' },
      ),
      'TC-3': stopped('Without a backup that is secondary there is no takeover to measure.', FAILOVER),
    },
  },
  duplicate: {
    cases: { 'TC-1': formed, 'TC-3': vector('A second reply to a request is counted, and is no loss.', FAILOVER) },
  },
  reordered: {
    cases: { 'TC-1': formed, 'TC-3': vector('A reply out of order is counted, and is no loss.', FAILOVER) },
  },
  late: {
    cases: {
      'TC-1': formed,
      'TC-3': vector(
        'A reply after 2.5 s is lost by the threshold of 2 s, in the baseline as afterwards. The interval grows by what may be background; should loss at its edges reach the limit, Failover Time is inconclusive.',
        FAILOVER,
        { 'failover-time': ['pass', 'inconclusive'] },
      ),
    },
  },
  'host-unreachable': {
    cases: { 'TC-1': formed, 'TC-3': vector('An ICMP error is no answer: the outage is the same.', FAILOVER) },
  },
  'cli-hangs': {
    cases: {
      'TC-1': stopped('A node that says nothing has not said that it is not formed.', FORMATION),
      'TC-3': stopped('No node says who is primary.', FAILOVER),
    },
  },
  'cli-garbage': {
    cases: {
      'TC-1': stopped('What cannot be read says nothing.', FORMATION),
      'TC-3': stopped('No node says who is primary.', FAILOVER),
    },
  },
  'ssh-drop': {
    cases: {
      'TC-1': formed,
      'TC-3': {
        why: 'Probes, capture and clients are cut off in the middle of the outage, a second after the fault: nobody saw its end, an announcement, or how a session went on. The nodes are asked again over a new connection and say who is primary.',
        ending: 'error',
        criteria: { ...each(FAILOVER, 'inconclusive'), primary: 'pass' },
      },
    },
  },
  'sender-stall': {
    cases: {
      'TC-1': formed,
      'TC-3': vector(
        'A stall says nothing of the path. Failover Time is inconclusive when one touches the outage, else it passes; with no answer at the right moment the comparison with it may be impossible.',
        FAILOVER,
        { 'failover-time': ['pass', 'inconclusive'], agreement: ['pass', 'inconclusive'] },
      ),
    },
  },
}

/** What a switch must do to a case on a lab; null when the table does not say. */
export const vectorOf = (name: string, caseId: string, lab: 'embedded' | 'reference'): Vector | null =>
  (lab === 'reference' ? TABLE[name]?.reference?.[caseId] : undefined) ?? TABLE[name]?.cases[caseId] ?? null
