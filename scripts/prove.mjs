// npm run prove: prepares what the long proofs need and runs them, the reference lab up meanwhile. Reference WAN labs are up
// as long as a proof wants them: it brings them up itself.
import { build, generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

/** Suites of their own; the other names are parts of e2e/prove/main.ts. */
const VITEST = ['vectors', 'vectors-reference', 'vectors-reference-wan']
/** Without the reference lab. */
const OTHERS = ['vectors', 'vectors-reference-wan', 'kills-wan', 'overlap']

await generateClient()
await build()
const wanted = process.argv.slice(2)
const wants = (name) => wanted.length === 0 || wanted.includes(name)
const proofs = wanted.filter((name) => !VITEST.includes(name))
const isReal = process.env.REFERENCE_LAB !== '0'
const reference = isReal && (wanted.length === 0 || wanted.some((name) => !OTHERS.includes(name)))
const vitest = (project) => run('node', ['node_modules/vitest/vitest.mjs', 'run', '--project', project])

if (reference && (await run('labs/reference/up', [])) !== 0) process.exit(1)
const code =
  wanted.length === 0 || proofs.length > 0
    ? await run('node', ['node_modules/tsx/dist/cli.mjs', 'e2e/prove/main.ts', ...proofs])
    : 0
// Verdicts, no measurements: the cluster's reference lab, which takes longest, beside all others.
const inTurn = async (...projects) => {
  let worst = 0
  for (const project of projects) if (wants(project)) worst = Math.max(worst, await vitest(project))
  return worst
}
const codes = await Promise.all([
  inTurn('vectors', ...(isReal ? ['vectors-reference-wan'] : [])),
  inTurn(...(reference ? ['vectors-reference'] : [])),
])
if (reference) await run('labs/reference/down', [])
process.exit(Math.max(code, ...codes))
