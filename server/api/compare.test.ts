import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaller } from './root'
import { testServices } from './test-services'

let setup: Awaited<ReturnType<typeof testServices>>

describe('compare.runs', () => {
  beforeAll(async () => {
    setup = await testServices()
    for (let i = 0; i < 2; i++) await setup.services.runner.start({ lab: 'box', case: 'TC-3', params: {} })
    await setup.log.sink.append('r1', { kind: 'step-started', stepId: 'fault', title: 'Fault', budgetMs: 1000 })
  })
  afterAll(() => setup.drop())

  const compare = (...ids: string[]) => createCaller({ services: setup.services }).compare.runs({ ids })

  it('keeps the order, names what it does not know and keeps the others', async () => {
    const { runs, missing, groups } = await compare('r2', 'gone', 'r1', '../x', 'r2')
    expect(runs.map(({ summary }) => summary.id)).toEqual(['r2', 'r1'])
    expect(runs[1]?.steps.map(({ id }) => id)).toEqual(['fault'])
    expect(missing).toEqual(['gone', '../x'])
    expect(groups).toEqual([])
  })

  it('refuses more runs than a comparison holds', async () => {
    await expect(compare(...Array.from({ length: 11 }, (_, i) => `r${i}`))).rejects.toThrow()
  })
})
