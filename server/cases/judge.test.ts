import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RunEvidence } from '../domain/evidence'
import type { Verdict } from '../domain/run'
import { testLab } from '../drivers/test-lab'
import { type Criterion, defineCase } from './define'
import { judge } from './judge'

const evidence: RunEvidence = { lab: testLab(), params: {}, events: [], streams: new Map() }

const says = (id: string, verdict: Verdict): Criterion => ({
  id,
  title: id,
  limit: () => null,
  judge: () => ({ verdict, reason: 'as planned', measured: null, evidence: [] }),
})

const crashes: Criterion = {
  ...says('crash', 'pass'),
  judge: () => {
    throw new Error('boom')
  },
}

const caseOf = (...criteria: Criterion[]) =>
  defineCase({
    id: 'X',
    title: 'x',
    objective: 'x',
    destructive: false,
    params: z.object({}),
    headline: null,
    steps: () => [],
    criteria,
  })

describe('judge', () => {
  it.each([
    [['pass', 'pass'], 'pass'],
    [['pass', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'fail'], 'fail'],
  ] as const)('%j is %s', (verdicts, overall) => {
    const criteria = verdicts.map((verdict, i) => says(String(i), verdict))
    expect(judge(caseOf(...criteria), evidence, 'completed').verdict).toBe(overall)
  })

  it('a crashing check is inconclusive and says so; the others stand', () => {
    const report = judge(caseOf(says('a', 'pass'), crashes), evidence, 'completed')
    expect(report.criteria.map(({ verdict }) => verdict)).toEqual(['pass', 'inconclusive'])
    expect(report.criteria[1]?.reason).toContain('boom')
    expect(report.verdict).toBe('inconclusive')
  })

  it.each(['cancelled', 'error', 'timed-out', 'interrupted'] as const)(
    'a run that ended %s cannot pass, but can fail',
    (ending) => {
      expect(judge(caseOf(says('a', 'pass')), evidence, ending).verdict).toBe('inconclusive')
      expect(judge(caseOf(says('a', 'fail')), evidence, ending).verdict).toBe('fail')
    },
  )
})
