// npm test: every stage, each counted; the last line is the sum. `npm cit` installs first.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { generateClient } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'
import { ensureSystemPackages, findBrowser } from './lib/system.mjs'

const RESULTS = 'test-results/stages'
const total = { passed: 0, failed: 0, skipped: 0 }
const reference = process.env.REFERENCE_LAB === '1'
const only = process.argv.slice(2)

/** Runs a stage, with what it prints as it comes; of one beside another in one piece when it is over. */
async function stage(name, work, { beside = false } = {}) {
  if (only.length > 0 && !only.includes(name)) return
  const file = `${RESULTS}/${name}.log`
  const log = beside ? openSync(file, 'w') : null
  console.log(`\n== ${name}${beside ? `: beside the others, its output follows (meanwhile in ${file})` : ''}`)
  const startedMs = Date.now()
  const [passed, failed, skipped] = await work({ log })
  if (log !== null) {
    closeSync(log)
    console.log(`\n== ${name}\n${readFileSync(file, 'utf8')}`)
  }
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  const tookS = ((Date.now() - startedMs) / 1000).toFixed(1)
  console.log(`\n== ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${tookS} s)\n`)
}

/** Beside another stage. */
const beside = (name, work) => stage(name, work, { beside: true })

/** A stage that either holds or does not: counts as one test. */
const check = (command, args) => async (options) => ((await run(command, args, options)) === 0 ? [1, 0, 0] : [0, 1, 0])

/** A vitest project; a run that wrote no result is one failure, never silence. */
const vitest = (project) => async (options) => {
  const file = `${RESULTS}/${project}.json`
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const code = await run('node', args, { ...options, env: { NO_COLOR: '1' } })
  if (!existsSync(file)) return [0, 1, 0]
  const result = JSON.parse(readFileSync(file, 'utf8'))
  const failed = Math.max(result.numFailedTests, result.numFailedTestSuites > 0 || code !== 0 ? 1 : 0)
  const empty = result.numPassedTests + failed === 0 ? 1 : 0
  return [result.numPassedTests, failed + empty, result.numPendingTests + result.numTodoTests]
}

/** The browser suite whose configuration stands in a folder. */
const playwright = (name, folder) => async (options) => {
  const file = `${RESULTS}/${name}.json`
  const code = await run(
    'node',
    ['node_modules/@playwright/test/cli.js', 'test', '-c', folder, '--reporter=list,json'],
    { ...options, env: { PLAYWRIGHT_JSON_OUTPUT_NAME: path.resolve(file), NO_COLOR: '1' } },
  )
  if (!existsSync(file)) return [0, 1, 0]
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(file, 'utf8')).stats
  const failed = unexpected + flaky
  return [expected, Math.max(failed, code !== 0 || expected === 0 ? 1 : 0), skipped]
}

rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
if (reference) await ensureSystemPackages()
process.env.CHROMIUM_PATH = await findBrowser()
await generateClient()
// Cold, the reference labs are minutes of downloading: they come up beside what measures nothing.
const labsUp = async () => {
  if (!reference) return
  await beside('reference-up', check('labs/reference/up', []))
  await beside('reference-wan-up', check('labs/reference-wan/up', []))
}
const areUp = labsUp()
await stage('types', check('node', ['node_modules/typescript/bin/tsc', '--noEmit']))
await stage('lint', check('node', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off']))
await stage('build', check('node', ['scripts/build.mjs']))
await stage('unit', vitest('unit'))
await areUp
/** Each after the one before. */
async function inTurn(...stages) {
  for (const run of stages) await run()
}
// Labs mostly wait: two lanes on two cores, the virtual ones beside the real ones.
const onReference = reference ? beside('reference', vitest('reference')) : Promise.resolve()
await Promise.all([
  inTurn(
    () => stage('embedded', vitest('embedded')),
    () => stage('browser', playwright('browser', '.')),
    () => onReference,
    () => reference && stage('reference-browser', playwright('reference-browser', 'e2e/browser/reference')),
  ),
  inTurn(
    () => onReference,
    () => reference && beside('reference-wan', vitest('reference-wan')),
    () => beside('browser-wan', playwright('browser-wan', 'e2e/browser/wan')),
  ),
])
if (reference) {
  await stage('reference-down', check('labs/reference/down', []))
  await stage('reference-wan-down', check('labs/reference-wan/down', []))
}
// Sixty runs with misbehaving worlds take ten minutes: a proof, run by its name (`npm test -- vectors`) and by `npm run prove`.
if (only.includes('vectors')) await stage('vectors', vitest('vectors'))
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
