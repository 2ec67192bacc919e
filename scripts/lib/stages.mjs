// What a stage of `npm test` runs. Each resolves to { passed, failed, skipped } and, when tests failed that can be picked
// out, `failures` (what to call them) and `again`: a stage of these alone.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { run } from './run.mjs'

const NO_RESULT = { passed: 0, failed: 1, skipped: 0 }

/** A stage that either holds or does not: counts as one test. */
export const check = (command, args) => async (options) =>
  (await run(command, args, options)) === 0 ? { passed: 1, failed: 0, skipped: 0 } : NO_RESULT

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A vitest project, or of it the tests `of` these names; a run that wrote no result is one failure, never silence. */
export const vitest = (results, project, of) => async (options) => {
  const file = `${results}/${project}.json`
  rmSync(file, { force: true })
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const chosen = of
    ? [...new Set(of.map((each) => each.file)), '-t', of.map(({ name }) => `^${literally(name)}$`).join('|')]
    : []
  const code = await run('node', ['node_modules/vitest/vitest.mjs', ...args, ...chosen], {
    ...options,
    env: { NO_COLOR: '1' },
  })
  if (!existsSync(file)) return NO_RESULT
  const result = JSON.parse(readFileSync(file, 'utf8'))
  const failures = result.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map((each) => ({ file: name, name: each.fullName })),
  )
  const failed = Math.max(result.numFailedTests, result.numFailedTestSuites > 0 || code !== 0 ? 1 : 0)
  const empty = result.numPassedTests + failed === 0 ? 1 : 0
  // With some picked out, the others are no skipped tests.
  const skipped = of ? 0 : result.numPendingTests + result.numTodoTests
  const counts = { passed: result.numPassedTests, failed: failed + empty, skipped }
  // A file that could not be read, or whose hooks failed, names no test: run alone, the named ones would hide it.
  const isNamed = ({ status, assertionResults }) =>
    status !== 'failed' || assertionResults.some((each) => each.status === 'failed')
  if (failures.length === 0 || !result.testResults.every(isNamed)) return counts
  return { ...counts, failures: failures.map(({ name }) => name), again: vitest(results, project, failures) }
}

const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)]

/** The browser suite whose configuration stands in a folder, or of it these files: specs of one file share a history. */
export const playwright =
  (results, name, folder, files = []) =>
  async (options) => {
    const file = `${results}/${name}.json`
    rmSync(file, { force: true })
    const code = await run(
      'node',
      ['node_modules/@playwright/test/cli.js', 'test', '-c', folder, '--reporter=list,json', ...files],
      { ...options, env: { PLAYWRIGHT_JSON_OUTPUT_NAME: path.resolve(file), NO_COLOR: '1' } },
    )
    if (!existsSync(file)) return NO_RESULT
    const result = JSON.parse(readFileSync(file, 'utf8'))
    const { expected, unexpected, flaky, skipped } = result.stats
    const counts = {
      passed: expected,
      failed: Math.max(unexpected + flaky, code !== 0 || expected === 0 ? 1 : 0),
      skipped,
    }
    const failures = specsOf(result).filter(({ ok }) => !ok)
    if (failures.length === 0 || result.errors.length > 0) return counts
    const again = playwright(results, name, folder, [...new Set(failures.map((each) => each.file))])
    return { ...counts, failures: failures.map(({ title }) => title), again }
  }
