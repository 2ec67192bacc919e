import type { CaseTable } from './by-case'
import { stopped, undisturbed, vector } from './vector'

const CRITERIA = ['lease', 'served-by', 'gateway', 'host-unchanged']

const unread = stopped('No node says who is primary, which the preflight asks.', CRITERIA)

/** TC-9 with each switch on. */
export const tc09: CaseTable = {
  params: { waitS: 11 },
  unnamed: undisturbed(CRITERIA),
  switches: {
    'no-dhcp': vector(
      'Nobody answers for eleven seconds: there is no lease, so nobody served it and it names no gateway. The host, which applies nothing anyway, is as before.',
      CRITERIA,
      { lease: 'fail', 'served-by': 'inconclusive', gateway: 'inconclusive' },
    ),
    'dual-primary': stopped('The roles are not as declared, which the preflight finds.', CRITERIA),
    'cli-hangs': unread,
    'cli-garbage': unread,
  },
}
