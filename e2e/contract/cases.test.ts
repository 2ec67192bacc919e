import { expect, test } from 'vitest'
import { labAndApp } from './fixture'
import { look } from './lab-eyes'

const lab = labAndApp()

type Plan = { id: string; commands: { host: string; argv: string[] }[] }[]

/** The run's id and what else differs from plan to run by nature: who owns the lease and since when, journal's start. */
const normal = (argv: string[], runId: string): string =>
  argv
    .join(' ')
    .replaceAll(runId, 'RUN')
    .replace(/\{"runId".*?\}/, 'OWNER')
    .replace(/--since @\d+/, '--since @T')

const query = (input: unknown) => encodeURIComponent(JSON.stringify(input))

test.each([
  ['TC-1', {}],
  ['TC-2', { durationS: 5 }],
  ['TC-3', { mode: 'kill-9' }],
  ['TC-3', { mode: 'clean-stop' }],
  ['TC-3', { mode: 'force-stop' }],
  ['TC-4', {}],
  ['TC-5', {}],
  ['TC-6', {}],
  ['TC-7', { how: 'remove-device' }],
  ['TC-7', { how: 'vf-link-down' }],
  ['TC-8', { durationS: 20 }],
  ['TC-8', { durationS: 20, compareSecondaryOff: true, direction: 'download' }],
  ['TC-9', {}],
  ['TC-10', { how: 'remove-device' }],
  ['TC-10', { how: 'cut-bridge' }],
])('%s %o passes, does what its plan says, and leaves the lab as it was', async (caseId, params) => {
  const before = await look(lab.world)
  const input = query({ lab: lab.world.id, case: caseId, params })
  const plan = await lab.app.get<{ result: { data: Plan } }>(`/api/trpc/cases.plan?input=${input}`)
  const { id } = await lab.app.start(lab.world.id, caseId, params)
  const run = await lab.app.ended(id)
  expect({
    ending: run.ending,
    verdict: run.verdict,
    criteria: run.criteria.filter((c) => c.verdict !== 'pass'),
  }).toEqual({
    ending: 'completed',
    verdict: 'pass',
    criteria: [],
  })
  const planned = new Set(plan.result.data.flatMap((step) => step.commands.map(({ argv }) => normal(argv, 'RUN'))))
  const strangers = run.commands.map(({ argv }) => normal(argv, id)).filter((text) => !planned.has(text))
  expect([...new Set(strangers)]).toEqual([])
  expect(await look(lab.world)).toEqual(before)
})
