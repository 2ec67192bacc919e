import { existsSync, rmSync, statSync } from 'node:fs'
import { generate, has, run } from './run.mjs'
import { fingerprint, unlessFresh } from './stale.mjs'

/** Ends the start with a sentence that says what to do. */
export function fail(message) {
  console.error(`\nfailover-lab: ${message}`)
  process.exit(1)
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node.js ${process.versions.node} is too old: install 20.19 or newer.`)
}

const COMPILER_HINT =
  'better-sqlite3 could not be compiled, which it is where no ready binary can be had; that needs python3, make and a C++ compiler:\n' +
  '  Debian, Ubuntu:  sudo apt-get install -y python3 make g++\n' +
  '  Fedora, RHEL:    sudo dnf install -y python3 make gcc-c++\n' +
  '  macOS:           xcode-select --install'

/** Is what the lock file says installed? npm notes what it installed in a file of its own. */
function isInstalled() {
  const installed = 'node_modules/.package-lock.json'
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs
}

/** Installs the dependencies when the lock file is newer than what is installed; runs none of their scripts (.npmrc). */
export async function install() {
  checkNode()
  if (isInstalled()) return
  console.log('failover-lab: installing dependencies (the first time takes a few minutes) …')
  if ((await run('npm', ['ci', '--no-audit', '--no-fund'])) !== 0)
    fail('npm could not install; its own message stands above.')
}

/** What of the dependencies is compiled, here and for this Node.js; ssh2 works without, but encrypts slower. */
const ADDONS = ['better-sqlite3', 'cpu-features', 'ssh2']

/**
 * Compiles the native addons after an installation or with another Node.js: two minutes of one core, beside which other
 * things are done. The stamp goes with node_modules.
 */
export async function compileAddons(options = {}) {
  await unlessFresh('node_modules/.failover-lab-addons', fingerprint('package-lock.json'), async () => {
    if ((await run('npm', ['rebuild', ...ADDONS, '--ignore-scripts=false'], options)) === 0) return
    const missing = []
    for (const tool of ['python3', 'make', 'g++']) if (!(await has(tool))) missing.push(tool)
    fail(
      missing.length > 0
        ? `${COMPILER_HINT}\nMissing here: ${missing.join(', ')}`
        : 'better-sqlite3 could not be compiled; npm’s own message stands above.',
    )
  })
}

/** Generates the database client when the models changed. */
export async function generateClient(options = {}) {
  const print = fingerprint(
    'prisma/models',
    'prisma/sqlite/schema.prisma',
    'prisma/sqlite/main.prisma',
    'package-lock.json',
  )
  await unlessFresh('prisma/generated/.failover-lab', print, async () => {
    if ((await generate(options)) !== 0) fail('the Prisma client could not be generated; its message stands above.')
  })
}

/** Builds the app when a source changed. */
export async function build(options = {}) {
  const print = fingerprint(
    'app',
    'server',
    'prisma',
    'public',
    'instrumentation.ts',
    'next.config.ts',
    'postcss.config.mjs',
    'package-lock.json',
  )
  const stamp = '.next/.failover-lab-build'
  if (!existsSync('.next/BUILD_ID')) rmSync(stamp, { force: true })
  await unlessFresh(stamp, print, async () => {
    console.error('failover-lab: building …')
    if (
      (await run('node', ['node_modules/next/dist/bin/next', 'build'], {
        env: { NEXT_TELEMETRY_DISABLED: '1' },
        ...options,
      })) !== 0
    )
      fail('the build failed; its message stands above.')
  })
}
