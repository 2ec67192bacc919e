import path from 'node:path'
import { defineConfig } from '@playwright/test'
import { CHROMIUM } from '../chromium'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Where a browser suite has its files, from the project's root. */
export const stateOf = (suite: string): string => `test-results/${suite}`

/** Both embedded labs, and two lab files of which nothing good comes. */
export const EMBEDDED_LABS = ['embedded', 'embedded-wan', 'e2e/labs/unreachable.yaml', 'e2e/labs/broken.yaml']

/** What a browser suite is run on: a dashboard of its own on `port` with these labs, its files in a folder by its name. */
export type Suite = { name: string; testDir: string; testIgnore?: string[]; port: number; labs: string[] }

/** The configuration of one browser suite; several may run side by side. */
export function suiteOf({ name, testDir, testIgnore, port, labs }: Suite) {
  const baseURL = `http://127.0.0.1:${port}`
  const state = stateOf(name)
  return defineConfig({
    testDir,
    testIgnore,
    outputDir: path.join(ROOT, state, 'playwright'),
    fullyParallel: false,
    workers: 1,
    retries: 0,
    timeout: 120_000,
    expect: { timeout: 15_000 },
    use: {
      baseURL,
      // An eighth of the suite's time; `--trace retain-on-failure` when one fails.
      trace: 'off',
      launchOptions: CHROMIUM,
      permissions: ['clipboard-read', 'clipboard-write'],
    },
    webServer: {
      command: 'node scripts/start.mjs',
      cwd: ROOT,
      url: `${baseURL}/api/health`,
      timeout: 180_000,
      reuseExistingServer: false,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
      env: {
        PORT: String(port),
        LABS: labs.join(','),
        DATABASE_URL: `file:./${state}/app-${process.pid}.db`,
        EMBEDDED_STATE: `${state}/embedded`,
        EMBEDDED_WAN_STATE: `${state}/embedded-wan`,
        EMBEDDED_IDLE_MS: '60000',
      },
    },
  })
}
