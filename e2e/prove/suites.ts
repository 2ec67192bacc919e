import { mkdirSync } from 'node:fs'
import { vitest } from '../../scripts/lib/stages.mjs'
import { type Proof, prove } from './table'

const RESULTS = 'test-results/prove'

/** A vitest project, or some tests of it; `again` is a stage of those that failed. */
type Stage = (options: {
  toStderr: true
}) => Promise<{ passed: number; failed: number; skipped: number; failures?: string[]; again?: Stage }>

async function proveStage(what: string, stage: Stage): Promise<Proof> {
  let result: Awaited<ReturnType<Stage>> | null = null
  const proof = await prove(what, async () => {
    result = await stage({ toStderr: true })
    const { passed, failed, skipped, failures = [] } = result
    const others = [failed > 0 && `${failed} failed: ${failures.join('; ')}`, skipped > 0 && `${skipped} skipped`]
    return {
      ok: passed > 0 && failed === 0 && skipped === 0,
      seen: [`${passed} passed`, ...others.filter(Boolean)].join(', '),
    }
  })
  const { failures = [], again } = (result ?? {}) as Partial<Awaited<ReturnType<Stage>>>
  if (!again) return proof
  return { ...proof, again: { rows: failures.length, prove: async () => [await proveStage(what, again)] } }
}

/** A vitest project, its tests as it is configured; holds when all of them pass. */
export async function proveSuite(project: string, what: string): Promise<Proof[]> {
  mkdirSync(RESULTS, { recursive: true })
  return [await proveStage(what, vitest(RESULTS, project))]
}
