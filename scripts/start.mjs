// npm start / npm run dev: everything from a fresh clone to the URL. Plain Node: it runs before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { labFileOf, WAN_PASSWORDS } from './lib/embedded.mjs'
import { build, compileAddons, fail, generateClient, install } from './lib/prepare.mjs'

const dev = process.argv.includes('--dev')
if (existsSync('.env')) process.loadEnvFile('.env')
const host = process.env.HOST || '127.0.0.1'
const port = process.env.PORT || '3000'

await install()
const areCompiled = compileAddons()
await generateClient()
if (!dev) await build()
await areCompiled
const labs = []
for (const lab of (process.env.LABS || 'embedded').split(',').map((word) => word.trim())) {
  // The app knows lab files only: to it an embedded lab is a lab like any other.
  labs.push(await labFileOf(lab))
}

const app = spawn(
  process.execPath,
  ['node_modules/next/dist/bin/next', dev ? 'dev' : 'start', '-H', host, '-p', port],
  {
    stdio: 'inherit',
    env: {
      ...WAN_PASSWORDS,
      ...process.env,
      HOST: host,
      PORT: port,
      LABS: labs.join(','),
      NEXT_MANUAL_SIG_HANDLE: 'true',
      NEXT_TELEMETRY_DISABLED: '1',
    },
  },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => app.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal))
app.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))

const url = `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
for (let tries = 0; ; tries++) {
  const ok = await fetch(`${url}/api/health`).then(
    (r) => r.ok,
    () => false,
  )
  if (ok) break
  if (tries > 600) fail('the app does not answer; its messages stand above.')
  await sleep(100)
}
console.log(`\n  Failover Lab is ready:  ${process.env.PUBLIC_URL || url}\n`)
