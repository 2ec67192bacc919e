// npm run prove: prepares what the long proofs need and runs them, the reference lab up meanwhile. Reference WAN labs are up
// as long as a proof wants them: it brings them up itself.
import { build, compileAddons, generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

/** Without the reference lab. */
const OTHERS = ['vectors', 'vectors-reference-wan', 'kills-wan', 'overlap']

await compileAddons()
await generateClient()
await build()
const wanted = process.argv.slice(2)
const reference =
  process.env.REFERENCE_LAB !== '0' && (wanted.length === 0 || wanted.some((name) => !OTHERS.includes(name)))

if (reference && (await run('labs/reference/up', [])) !== 0) process.exit(1)
const code = await run('node', ['node_modules/tsx/dist/cli.mjs', 'e2e/prove/main.ts', ...wanted])
if (reference) await run('labs/reference/down', [])
process.exit(code)
