import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type Proof, prove } from './table'

const RESULTS = 'test-results/prove'

/** What vitest writes, as far as it is read. */
const ResultSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) })),
})

/** A vitest project, its tests as it is configured; holds when all of them pass. */
export async function proveSuite(project: string, what: string): Promise<Proof[]> {
  const file = path.join(RESULTS, `${project}.json`)
  mkdirSync(RESULTS, { recursive: true })
  rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const proof = await prove(what, async () => {
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 2, 'inherit'] })
    const [code] = await once(child, 'exit')
    const { numPassedTests, testResults } = ResultSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    const others = testResults.flatMap(({ assertionResults }) =>
      assertionResults.flatMap(({ status, fullName }) => (status === 'passed' ? [] : [`${fullName} ${status}`])),
    )
    const seen = [`${numPassedTests} passed`, ...others].join('; ')
    return { ok: code === 0 && numPassedTests > 0 && others.length === 0, seen }
  })
  return [proof]
}
