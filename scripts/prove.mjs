// npm run prove: prepares what the long proofs need and runs them, the reference lab up meanwhile.
import { build, generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

await generateClient()
await build()
const reference = process.env.REFERENCE_LAB !== '0'
if (reference && (await run('labs/reference/up', [])) !== 0) process.exit(1)
const code = await run('node', ['node_modules/tsx/dist/cli.mjs', 'e2e/prove/main.ts', ...process.argv.slice(2)])
if (reference) await run('labs/reference/down', [])
process.exit(code)
