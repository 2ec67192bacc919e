import { BY_CASE } from './by-case'
import { each, stopped, undisturbed, type Vector, vector } from './vector'

export type CaseVectors = Record<string, Vector>

/** A switch and what it does to TC-1 to TC-4. `reference`: where the real lab must answer otherwise, and why. */
export type SwitchVectors = {
  /** How long after it was turned on its effect is there, ms. */
  effectMs?: number
  cases: CaseVectors
  reference?: CaseVectors
}

const FORMATION = ['roles', 'weights', 'heartbeat', 'reths']
const CONNECTIVITY = ['connectivity', 'sessions-visible', 'snat']
const FAILOVER = ['primary', 'failover-time', 'garp', 'sessions', 'agreement']

const REVERSION = ['preemption', 'reversion-time', 'sessions', 'sessions-synced-back']

const connected = undisturbed(CONNECTIVITY)

const formed = undisturbed(FORMATION)

/** What TC-1 to TC-4 say with a switch that the table does not name for them. */
const UNNAMED: CaseVectors = {
  'TC-1': formed,
  'TC-2': connected,
  'TC-3': undisturbed(FAILOVER),
  'TC-4': undisturbed(REVERSION),
}

/** Parameters of the runs: a takeover that has not come by then does not come. */
export const PARAMS: Record<string, Record<string, unknown>> = {
  'TC-1': {},
  'TC-2': { durationS: 5 },
  'TC-3': { waitS: 15 },
  'TC-4': { waitS: 15 },
  ...Object.fromEntries(Object.entries(BY_CASE).map(([caseId, { params }]) => [caseId, params])),
}

/** Switch -> case -> criterion -> verdict, for TC-1 to TC-4; later cases have a table of their own in `by-case.ts`. */
export const TABLE: Record<string, SwitchVectors> = {
  'no-takeover': {
    cases: {
      'TC-1': formed,
      'TC-2': connected,
      'TC-4': {
        why: 'Node1 does not take over when node0 is stopped, so there is nothing that node0 could come back to.',
        ending: 'timed-out',
        criteria: each(REVERSION, 'inconclusive'),
      },
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
      'TC-2': connected,
      'TC-4': vector('Node1 takes over late, node0 takes back at its usual time.', REVERSION),
      'TC-3': vector('Takeover and traffic come after 8 s; all else is as it should be.', FAILOVER, {
        primary: 'fail',
        'failover-time': 'fail',
      }),
    },
  },
  'no-garp': {
    cases: {
      'TC-1': formed,
      'TC-2': connected,
      'TC-4': vector(
        'The neighbours look again after 1 s: a longer Reversion Time, still within its limit.',
        REVERSION,
      ),
      'TC-3': vector(
        'No announcement is seen. The neighbours look again after 1 s, so the Failover Time is longer and still within its limit.',
        FAILOVER,
        { garp: 'fail' },
      ),
    },
    reference: {
      'TC-4': vector(
        'No announcement is seen, neither when node1 takes over nor when node0 comes back. Real neighbours keep an address for up to a minute: until they look again nothing may go through node1, so that no session opens and the baseline is no path that is well; whether the way back costs a reply, and how long, depends on when they look.',
        REVERSION,
        {
          'reversion-time': ['pass', 'fail', 'inconclusive'],
          sessions: ['pass', 'inconclusive', 'fail'],
          'sessions-synced-back': ['pass', 'inconclusive'],
        },
      ),
      'TC-3': vector(
        'No announcement is seen. Real neighbours keep an address for up to a minute: traffic may resume after the limit, or not while it is watched; then sessions cannot go on either (after 46 s iperf3 had given up half of them), and there may be nothing to compare.',
        FAILOVER,
        {
          garp: 'fail',
          'failover-time': ['pass', 'fail'],
          sessions: ['pass', 'inconclusive', 'fail'],
          agreement: ['pass', 'inconclusive'],
        },
      ),
    },
  },
  'no-session-sync': {
    cases: {
      'TC-1': formed,
      'TC-2': connected,
      'TC-4': vector(
        'Node0 gets no session from node1, so none is there before it takes over, and none goes on.',
        REVERSION,
        { sessions: 'fail', 'sessions-synced-back': 'fail' },
      ),
      'TC-3': vector('No session is on the backup before T0, none goes on. ICMP needs no session.', FAILOVER, {
        sessions: 'fail',
      }),
    },
  },
  'no-snat': {
    cases: {
      'TC-1': formed,
      'TC-2': vector(
        'The world forwards without translation, too; the sessions are there, untranslated.',
        CONNECTIVITY,
        {
          snat: 'fail',
        },
      ),
      'TC-4': vector('A session keeps the translation that it had, here none.', REVERSION),
      'TC-3': vector(
        'TC-3 asks whether a session keeps the translation that it had, here none; whether there is one is asked by TC-2.',
        FAILOVER,
      ),
    },
    reference: {
      'TC-2': vector(
        'The WAN host has no route to the LAN: what is not translated is not answered. The VIP answers, the WAN does not.',
        [],
        { connectivity: 'fail', 'sessions-visible': ['pass', 'fail'], snat: ['fail', 'inconclusive'] },
      ),
      'TC-4': stopped('The WAN host has no route to the LAN: no target answers, which the preflight finds.', REVERSION),
      'TC-3': stopped('The WAN host has no route to the LAN: no target answers, which the preflight finds.', FAILOVER),
    },
  },
  'no-preempt': {
    cases: {
      'TC-1': formed,
      'TC-2': connected,
      'TC-4': vector(
        'Node0 comes back and stays secondary, though the lab file says that it preempts. Without a reversion there is no time of it, and no session had to survive one.',
        REVERSION,
        {
          preemption: 'fail',
          'reversion-time': 'inconclusive',
          sessions: 'inconclusive',
          'sessions-synced-back': 'inconclusive',
        },
      ),
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
      'TC-2': stopped('The roles are not as declared, which the preflight finds.', CONNECTIVITY),
      'TC-4': stopped('The roles are not as declared, which the preflight finds.', REVERSION),
      'TC-3': stopped('Without a backup that is secondary there is no takeover to measure.', FAILOVER),
    },
  },
  // They do nothing to TC-1 to TC-4: no step of those changes a configuration.
  'no-config-sync': { cases: {} },
  'writable-secondary': { cases: {} },
  'no-dhcp': { cases: {} },
  'rate-limit': { cases: {} },
  'no-split-guard': { cases: {} },
  duplicate: {
    cases: {
      'TC-1': formed,
      'TC-2': vector('A second reply to a request is counted, and is no loss.', CONNECTIVITY),
      'TC-4': vector('A second reply to a request is counted, and is no loss.', REVERSION),
      'TC-3': vector('A second reply to a request is counted, and is no loss.', FAILOVER),
    },
  },
  reordered: {
    cases: {
      'TC-1': formed,
      'TC-2': vector('A reply out of order is counted, and is no loss.', CONNECTIVITY),
      'TC-4': vector('A reply out of order is counted, and is no loss.', REVERSION),
      'TC-3': vector('A reply out of order is counted, and is no loss.', FAILOVER),
    },
  },
  late: {
    cases: {
      'TC-1': formed,
      'TC-2': vector('One reply in 200 is late, which is within the limit of 1 %.', CONNECTIVITY),
      'TC-4': vector(
        'A reply after 2.5 s is lost by the threshold of 2 s, in the baseline as afterwards; should such loss at the edges reach the limit, Reversion Time is inconclusive.',
        REVERSION,
        { 'reversion-time': ['pass', 'inconclusive'] },
      ),
      'TC-3': vector(
        'A reply after 2.5 s is lost by the threshold of 2 s, in the baseline as afterwards. The interval grows by what may be background; should loss at its edges reach the limit, Failover Time is inconclusive.',
        FAILOVER,
        { 'failover-time': ['pass', 'inconclusive'] },
      ),
    },
  },
  'host-unreachable': {
    cases: {
      'TC-1': formed,
      'TC-2': vector('Everything is forwarded: there is nothing to be unreachable.', CONNECTIVITY),
      'TC-4': vector('An ICMP error is no answer: the short outage is the same.', REVERSION),
      'TC-3': vector('An ICMP error is no answer: the outage is the same.', FAILOVER),
    },
  },
  'cli-hangs': {
    cases: {
      'TC-1': stopped('A node that says nothing has not said that it is not formed.', FORMATION),
      'TC-2': stopped('No node says who is primary.', CONNECTIVITY),
      'TC-4': stopped('No node says who is primary.', REVERSION),
      'TC-3': stopped('No node says who is primary.', FAILOVER),
    },
  },
  'cli-garbage': {
    cases: {
      'TC-1': stopped('What cannot be read says nothing.', FORMATION),
      'TC-2': stopped('No node says who is primary.', CONNECTIVITY),
      'TC-4': stopped('No node says who is primary.', REVERSION),
      'TC-3': stopped('No node says who is primary.', FAILOVER),
    },
  },
  'ssh-drop': {
    cases: {
      'TC-1': formed,
      'TC-2': connected,
      'TC-4': {
        why: 'The connections drop two seconds after node0 was stopped: the probes end in their baseline, before node0 is started.',
        ending: 'error',
        criteria: each(REVERSION, 'inconclusive'),
      },
      'TC-3': {
        why: 'Probes, capture and clients are cut off in the middle of the outage, two seconds after the fault: nobody saw its end, an announcement, or how a session went on. The nodes are asked again over a new connection and say who is primary.',
        ending: 'error',
        criteria: { ...each(FAILOVER, 'inconclusive'), primary: 'pass' },
      },
    },
  },
  'sender-stall': {
    cases: {
      'TC-1': formed,
      'TC-2': vector('Every probe that was sent was answered, however late it was sent.', CONNECTIVITY),
      'TC-4': vector(
        'A stall says nothing of the path: Reversion Time is inconclusive when one could hide an outage of the reversion.',
        REVERSION,
        { 'reversion-time': ['pass', 'inconclusive'] },
      ),
      'TC-3': vector(
        'A stall says nothing of the path. Failover Time is inconclusive when one touches the outage, else it passes; with no answer at the right moment the comparison with it may be impossible.',
        FAILOVER,
        { 'failover-time': ['pass', 'inconclusive'], agreement: ['pass', 'inconclusive'] },
      ),
    },
  },
}

/** What a switch must do to a case on a lab; null when the table does not say. */
export function vectorOf(name: string, caseId: string, lab: 'embedded' | 'reference'): Vector | null {
  const later = BY_CASE[caseId]
  if (later) return (lab === 'reference' ? later.reference?.[name] : null) ?? later.switches[name] ?? later.unnamed
  const known = TABLE[name]
  if (!known) return null
  return (lab === 'reference' ? known.reference?.[caseId] : null) ?? known.cases[caseId] ?? UNNAMED[caseId] ?? null
}
