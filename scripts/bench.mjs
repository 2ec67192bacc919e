// npm run bench [-- --json]: prepares the production build and measures; with REFERENCE_LAB=1 the reference lab, too.
import { build, compileAddons, generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'
import { findBrowser } from './lib/system.mjs'

// --json prints one object on stdout and nothing else.
await compileAddons({ toStderr: true })
await generateClient({ toStderr: true })
await build({ toStderr: true })
const env = { CHROMIUM_PATH: await findBrowser() }
const reference = process.env.REFERENCE_LAB === '1'
if (reference && (await run('labs/reference/up', [], { toStderr: true })) !== 0) process.exit(1)
const code = await run('node', ['node_modules/tsx/dist/cli.mjs', 'bench/main.ts', ...process.argv.slice(2)], { env })
if (reference) await run('labs/reference/down', [], { toStderr: true })
process.exit(code)
