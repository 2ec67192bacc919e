import { EMBEDDED_LABS, suiteOf } from './e2e/browser/suite'

/** The cluster's lab in the browser; the WAN's and the reference lab's suites have their own below. */
export default suiteOf({
  name: 'browser',
  testDir: 'e2e/browser',
  testIgnore: ['**/wan/**', '**/reference/**'],
  port: 3210,
  labs: EMBEDDED_LABS,
})
