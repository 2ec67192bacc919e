import type { CaseTable } from './by-case'
import { stopped, undisturbed, vector } from './vector'

const CRITERIA = ['config-appears', 'secondary-refuses', 'config-removed', 'single-config']

const silent = stopped('No node says who is primary, which the preflight finds; nothing is configured.', CRITERIA)

/** TC-5: what changes who forwards, or what is forwarded, does nothing to the configuration. */
export const tc05: CaseTable = {
  params: {},
  unnamed: undisturbed(CRITERIA),
  switches: {
    'no-config-sync': vector(
      'What is committed on node0 does not come to node1, which was watched beyond the limit. Node1 refuses changes all the same. The policy leaves node0, but nobody can see it leave node1, where it never was. The configurations were read before, when they were the same.',
      CRITERIA,
      { 'config-appears': 'fail', 'config-removed': 'inconclusive' },
    ),
    'writable-secondary': vector(
      'Node1 says "commit complete". What node0 sets and deletes goes its way as ever.',
      CRITERIA,
      { 'secondary-refuses': 'fail' },
    ),
    'dual-primary': stopped('The roles are not as declared, which the preflight finds.', CRITERIA),
    'cli-hangs': silent,
    'cli-garbage': silent,
  },
}
