import { defineConfig } from '@playwright/test'
import { CHROMIUM } from './e2e/chromium'

const PORT = 3210
const baseURL = `http://127.0.0.1:${PORT}`
const REFERENCE_LAB_FILE = '/var/lib/failover-lab-reference/reference.yaml'
const labs = ['embedded', 'embedded-wan', 'e2e/labs/unreachable.yaml', 'e2e/labs/broken.yaml']
if (process.env.REFERENCE_LAB === '1') labs.push(REFERENCE_LAB_FILE)

export default defineConfig({
  testDir: 'e2e/browser',
  outputDir: 'test-results/playwright',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL,
    trace: 'retain-on-failure',
    launchOptions: CHROMIUM,
    permissions: ['clipboard-read', 'clipboard-write'],
  },
  projects: [
    { name: 'embedded', testIgnore: '**/reference/**' },
    { name: 'reference', testMatch: '**/reference/**' },
  ],
  webServer: {
    command: 'node scripts/start.mjs',
    url: `${baseURL}/api/health`,
    timeout: 180_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
    env: {
      PORT: String(PORT),
      LABS: labs.join(','),
      DATABASE_URL: `file:./test-results/browser-${process.pid}.db`,
      EMBEDDED_STATE: 'test-results/embedded',
      EMBEDDED_WAN_STATE: 'test-results/embedded-wan',
      EMBEDDED_IDLE_MS: '60000',
    },
  },
})
