import type { CaseTable } from './by-case'
import { stopped, type Vector, vector } from './vector'

const CRITERIA = ['weight', 'group-primary', 'failover-time', 'path', 'member-restored']

/** What an interface monitor does not depend on. */
const same = (why: string): Vector => vector(why, CRITERIA)
const silent = stopped('No node says who is primary.', CRITERIA)

/** What TC-7 says with each switch on. */
export const tc07: CaseTable = {
  params: { waitS: 15 },
  unnamed: same('The monitor sees the loss of the member whatever this does.'),
  switches: {
    'no-takeover': vector(
      'Node0 loses weight, and nobody takes its groups: traffic is out beyond the limit, nothing leaves by node1. Put back, the member is as before, and node0 has never been anything but primary.',
      ['weight', 'member-restored'],
      { 'group-primary': 'fail', 'failover-time': 'fail', path: 'fail' },
    ),
    'slow-takeover': vector(
      'Takeover and traffic come after 8 s; all else is as it should be.',
      ['weight', 'path', 'member-restored'],
      { 'group-primary': 'fail', 'failover-time': 'fail' },
    ),
    'no-garp': same('The neighbours look again after 1 s: a longer Failover Time, still within its limit.'),
    'no-session-sync': same('ICMP needs no session, and TC-7 does not ask for TCP sessions.'),
    'no-snat': same('The world forwards without translation, too.'),
    'no-preempt': vector(
      'The member is put back as before, but node0 does not take its groups again, though the lab file says that it preempts.',
      ['weight', 'group-primary', 'failover-time', 'path'],
      { 'member-restored': 'fail' },
    ),
    'dual-primary': stopped('The roles are not as declared, which the preflight finds.', CRITERIA),
    'no-split-guard': same('The heartbeat is not cut.'),
    duplicate: same('A second reply to a request is counted, and is no loss.'),
    reordered: same('A reply out of order is counted, and is no loss.'),
    late: vector(
      'A reply after 2.5 s is lost by the threshold of 2 s, in the baseline as afterwards; should such loss at the edges reach the limit, Failover Time is inconclusive.',
      CRITERIA,
      { 'failover-time': ['pass', 'inconclusive'] },
    ),
    'host-unreachable': same('An ICMP error is no answer: the outage is the same.'),
    'cli-hangs': silent,
    'cli-garbage': silent,
    'ssh-drop': same('It drops connections when a daemon goes down, and here none does.'),
    'sender-stall': vector(
      'A stall says nothing of the path. Failover Time is inconclusive when one touches the outage or could hide a longer one.',
      CRITERIA,
      { 'failover-time': ['pass', 'inconclusive'] },
    ),
  },
  reference: {
    'slow-takeover': vector(
      'Node1 is held for as long as node0 lives, and node0 has only lost a link: nobody takes its groups.',
      ['weight', 'member-restored'],
      { 'group-primary': 'fail', 'failover-time': 'fail', path: 'fail' },
    ),
    'no-garp': vector(
      'Real neighbours keep an address for up to a minute: traffic may resume after the limit, or not while it is watched, and then nothing leaves by node1.',
      CRITERIA,
      { 'failover-time': ['pass', 'fail', 'inconclusive'], path: ['pass', 'fail'] },
    ),
    'no-snat': stopped('The WAN host has no route to the LAN: no target answers, which the preflight finds.', CRITERIA),
  },
}
