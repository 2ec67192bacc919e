import type { CaseTable } from './by-case'
import { type Expected, stopped, type Vector, vector } from './vector'

const CRITERIA = [
  'no-dual-primary-state',
  'no-dual-primary-vip',
  'priority-keeps-primary',
  'other-steps-down',
  'heartbeat-restored',
]

const same = (why: string): Vector => vector(why, CRITERIA)
const silent = stopped('No node says who is primary.', CRITERIA)

const SPLIT: Record<string, Expected> = {
  'no-dual-primary-state': 'fail',
  'no-dual-primary-vip': 'fail',
  'other-steps-down': 'fail',
  'heartbeat-restored': ['pass', 'fail'],
}

/** What TC-10 says with each switch on: no verdict of it rests on a ping. */
export const tc10: CaseTable = {
  params: { watchS: 8, healS: 11 },
  unnamed: same('Node1 is held by the fabric whatever this does.'),
  switches: {
    'no-takeover': same('A node that never takes over is no second primary.'),
    'slow-takeover': same('The guard is asked before the delay.'),
    'no-garp': same('Who has a VIP answers when it is asked for it.'),
    'no-session-sync': same('No session is asked for.'),
    'no-snat': same('The world forwards without translation, too.'),
    'no-preempt': same('Nothing moves, so nothing has to come back.'),
    'dual-primary': stopped('The roles are not as declared, which the preflight finds.', CRITERIA),
    'no-split-guard': vector(
      'Both are primary for as long as the heartbeat is cut, and both answer for the VIPs, with no packet lost; node0 never stops. When they meet again node1 yields within a heartbeat, which the polls may or may not see.',
      ['priority-keeps-primary'],
      SPLIT,
    ),
    duplicate: same('No verdict rests on a ping.'),
    reordered: same('No verdict rests on a ping.'),
    late: same('No verdict rests on a ping.'),
    'host-unreachable': same('No verdict rests on a ping.'),
    'cli-hangs': silent,
    'cli-garbage': silent,
    'ssh-drop': same('It drops connections when a daemon goes down, and here none does.'),
    'sender-stall': same('No verdict rests on a ping.'),
  },
  reference: {
    'no-garp': {
      ...same('As above, with the bridge cut and both NICs up: whoever is primary answers.'),
      params: { how: 'cut-bridge' },
    },
    'no-split-guard': {
      ...vector(
        'As above, with the bridge cut: keepalived speaks over the heartbeat device, and is no primary where that is gone.',
        ['priority-keeps-primary'],
        SPLIT,
      ),
      params: { how: 'cut-bridge' },
    },
    'no-snat': stopped('The WAN host has no route to the LAN: no target answers, which the preflight finds.', CRITERIA),
  },
}
