// npm run bench [-- --json]: prepares the production build and measures.
import { build, generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'
import { findBrowser } from './lib/system.mjs'

// --json prints one object on stdout and nothing else.
await generateClient({ toStderr: true })
await build({ toStderr: true })
const env = { CHROMIUM_PATH: await findBrowser() }
process.exit(await run('node', ['node_modules/tsx/dist/cli.mjs', 'bench/main.ts', ...process.argv.slice(2)], { env }))
