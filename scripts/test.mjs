// npm test: every stage, each counted; the last line is the sum. `npm cit` installs first.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { compileAddons, generateClient } from './lib/prepare.mjs'
import { check, playwright, vitest } from './lib/stages.mjs'
import { ensureSystemPackages, findBrowser } from './lib/system.mjs'

const RESULTS = 'test-results/stages'
const total = { passed: 0, failed: 0, skipped: 0 }
const reference = process.env.REFERENCE_LAB === '1'
const only = process.argv.slice(2)
/** Failed stages whose failed tests can be run alone. */
const disturbed = []
const MOST_AGAIN = 4

/** Runs a stage, with what it prints as it comes; of one beside another in one piece when it is over. */
async function stage(name, work, { beside = false } = {}) {
  if (only.length > 0 && !only.includes(name)) return
  const file = `${RESULTS}/${name}.log`
  const log = beside ? openSync(file, 'w') : null
  console.log(`\n== ${name}${beside ? `: beside the others, its output follows (meanwhile in ${file})` : ''}`)
  const startedMs = Date.now()
  const result = await work({ log })
  if (log !== null) {
    closeSync(log)
    console.log(`\n== ${name}\n${readFileSync(file, 'utf8')}`)
  }
  const { passed, failed, skipped } = result
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  if (result.again) disturbed.push({ name, ...result })
  const tookS = ((Date.now() - startedMs) / 1000).toFixed(1)
  console.log(`\n== ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${tookS} s)\n`)
}

/** Beside another stage. */
const beside = (name, work) => stage(name, work, { beside: true })

const vitestOf = (project) => vitest(RESULTS, project)
const playwrightOf = (name, folder) => playwright(RESULTS, name, folder)

/**
 * What failed with another stage beside it is judged alone: the lanes share two cores, and a host that gets no time for
 * seconds is rightly no pass. Both results are printed. More than a few failures are no disturbance.
 */
async function judgeAlone() {
  const count = disturbed.reduce((sum, { failures }) => sum + failures.length, 0)
  if (count === 0 || count > MOST_AGAIN) return
  for (const { name, failed, failures, again } of disturbed) {
    console.log(`\n== ${name}: failed beside other stages, again alone: ${failures.join('; ')}`)
    const alone = await again({ log: null })
    if (alone.failed > 0 || alone.passed < failures.length) continue
    total.failed -= failed
    total.passed += failures.length
    console.log(`\n== ${name}: passed alone: ${failures.join('; ')}\n`)
  }
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
const areCompiled = compileAddons()
// Nothing of these needs what is being compiled.
await stage('types', check('node', ['node_modules/typescript/bin/tsc', '--noEmit']))
await stage('lint', check('node', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off']))
await stage('build', check('node', ['scripts/build.mjs']))
await stage('unit-sharing', vitestOf('unit-sharing'))
await stage('unit-embedded', vitestOf('unit-embedded'))
await areCompiled
await stage('unit', vitestOf('unit'))
await areUp
/** Each after the one before. */
async function inTurn(...stages) {
  for (const run of stages) await run()
}
// Labs mostly wait: two lanes of the same length on two cores.
const onReference = reference ? beside('reference', vitestOf('reference')) : Promise.resolve()
await Promise.all([
  inTurn(
    () => stage('embedded', vitestOf('embedded')),
    () => stage('browser-wan', playwrightOf('browser-wan', 'e2e/browser/wan')),
    () => onReference,
    () => reference && stage('reference-browser', playwrightOf('reference-browser', 'e2e/browser/reference')),
  ),
  inTurn(
    () => onReference,
    () => reference && beside('reference-wan', vitestOf('reference-wan')),
    () => beside('browser', playwrightOf('browser', '.')),
  ),
])
await judgeAlone()
if (reference) {
  await stage('reference-down', check('labs/reference/down', []))
  await stage('reference-wan-down', check('labs/reference-wan/down', []))
}
// Sixty runs with misbehaving worlds take ten minutes: a proof, run by its name (`npm test -- vectors`) and by `npm run prove`.
if (only.includes('vectors')) await stage('vectors', vitestOf('vectors'))
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
