// npm run prove: prepares what the long proofs need and runs them, the reference lab up meanwhile.
import { build, generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

await generateClient()
await build()
const wanted = process.argv.slice(2)
const reference =
  process.env.REFERENCE_LAB !== '0' && (wanted.length === 0 || wanted.some((name) => name !== 'vectors'))
if (reference && (await run('labs/reference/up', [])) !== 0) process.exit(1)
let code = 0
const proofs = wanted.filter((name) => name !== 'vectors')
if (wanted.length === 0 || proofs.length > 0)
  code = await run('node', ['node_modules/tsx/dist/cli.mjs', 'e2e/prove/main.ts', ...proofs])
if (reference) await run('labs/reference/down', [])
if (wanted.length === 0 || wanted.includes('vectors'))
  code = (await run('node', ['node_modules/vitest/vitest.mjs', 'run', '--project', 'vectors'])) || code
process.exit(code)
