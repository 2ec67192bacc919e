import { REFERENCE } from '../../reference/accuracy'
import { suiteOf } from '../suite'

/** By click on the reference lab, which has to be up: `npx playwright test -c e2e/browser/reference`. */
export default suiteOf({
  name: 'reference-browser',
  testDir: '.',
  port: 3211,
  labs: [REFERENCE.file],
})
