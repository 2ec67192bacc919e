import type { CaseTable } from './by-case'
import { stopped, undisturbed, vector } from './vector'

const CRITERIA = ['throughput', 'no-loss', 'stable']

const unread = stopped('No node says who is primary, which the preflight asks.', CRITERIA)

/** TC-8 with each switch on; the secondary stays on, so nothing fails over. */
export const tc08: CaseTable = {
  params: { durationS: 20 },
  unnamed: undisturbed(CRITERIA),
  switches: {
    'rate-limit': vector('No more than 100 Mbit/s go through, steadily and without loss.', CRITERIA, {
      throughput: 'fail',
    }),
    'no-snat': vector('As fast and as steady as ever, but untranslated, which is not what is asked for.', CRITERIA, {
      throughput: 'fail',
    }),
    late: vector('One reply in two hundred is later than the threshold, which counts as loss.', CRITERIA, {
      'no-loss': 'fail',
    }),
    'sender-stall': vector(
      'The probe stands still for a quarter of the time: whether a thousand probes go out is a matter of a few.',
      CRITERIA,
      { 'no-loss': ['pass', 'inconclusive'] },
    ),
    'dual-primary': stopped('The roles are not as declared, which the preflight finds.', CRITERIA),
    'cli-hangs': unread,
    'cli-garbage': unread,
  },
  reference: {
    'no-snat': stopped('The WAN host has no route to the LAN: no target answers, which the preflight finds.', CRITERIA),
    'rate-limit': vector(
      'The bucket holds 100 Mbit/s. A sender that overfills its queue may cost a probe, show as a drop of the member, or make the load fall for an interval.',
      CRITERIA,
      {
        throughput: 'fail',
        'no-loss': ['pass', 'fail', 'inconclusive'],
        stable: ['pass', 'fail'],
      },
    ),
  },
}
