import { existsSync } from 'node:fs'
import { has, run } from './run.mjs'

const PACKAGES = { chromium: 'chromium', ping: 'iputils-ping', ip: 'iproute2' }
const BROWSERS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Installs what the tests need of the system; only called with REFERENCE_LAB=1, as root on Debian. */
export async function ensureSystemPackages() {
  const missing = []
  for (const [command, name] of Object.entries(PACKAGES)) if (!(await has(command))) missing.push(name)
  if (missing.length === 0) return
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env })
  const code = await run(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...missing, 'fonts-dejavu-core'],
    { env },
  )
  if (code !== 0) throw new Error(`apt-get could not install ${missing.join(', ')}`)
}

/** A system Chromium, else Playwright's own, installed now. Empty string: Playwright looks for its own. */
export async function findBrowser() {
  const found = BROWSERS.find((file) => file && existsSync(file))
  if (found) return found
  const code = await run('node', ['node_modules/@playwright/test/cli.js', 'install', '--with-deps', 'chromium'])
  if (code !== 0)
    throw new Error('no Chromium found, and Playwright could not install one: install the package "chromium"')
  return ''
}
