import { EMBEDDED_LABS, suiteOf } from '../suite'

/** The WAN lab in the browser: `npx playwright test -c e2e/browser/wan`. */
export default suiteOf({ name: 'browser-wan', testDir: '.', port: 3212, labs: EMBEDDED_LABS })
