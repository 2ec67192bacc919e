import type { CaseTable } from './by-case'
import { each, stopped, undisturbed, type Vector, vector } from './vector'

const CRITERIA = ['session-synced', 'session-matches', 'session-sync-latency']

const silent = stopped('No node says who is primary, which the preflight finds; no session is opened.', CRITERIA)

const unopened: Vector = {
  why: 'The WAN host has no route to the LAN: nothing that is not translated is answered, and no session opens.',
  ending: 'completed',
  criteria: each(CRITERIA, 'inconclusive'),
}

/** TC-6: only what keeps the sessions from the other node, or the node from being asked, does anything to it. */
export const tc06: CaseTable = {
  params: {},
  unnamed: undisturbed(CRITERIA),
  switches: {
    'no-session-sync': vector(
      'No session is on node1, which was watched beyond the limit. With entries on one node only there is nothing that could match or not.',
      [],
      { 'session-synced': 'fail', 'session-matches': 'inconclusive', 'session-sync-latency': 'fail' },
    ),
    'no-snat': vector(
      'Sessions are the same on both nodes, here untranslated; TC-2 asks for the translation.',
      CRITERIA,
    ),
    'dual-primary': stopped('The roles are not as declared, which the preflight finds.', CRITERIA),
    'cli-hangs': silent,
    'cli-garbage': silent,
  },
  reference: { 'no-snat': unopened },
}
