import { suiteOf } from './e2e/browser/config'

export default suiteOf({
  name: 'browser',
  testDir: 'e2e/browser',
  testIgnore: '**/reference/**',
  port: 3210,
  labs: ['embedded', 'embedded-wan', 'e2e/labs/unreachable.yaml', 'e2e/labs/broken.yaml'],
})
