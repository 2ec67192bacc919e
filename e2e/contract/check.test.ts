import { expect, test } from 'vitest'
import { LabClient } from '../../labs/embedded/testing/client'
import { type LabCheck, needsAttention } from '../../server/domain/check'
import { until } from '../harness'
import { labAndApp } from './fixture'
import { look } from './lab-eyes'

const lab = labAndApp()

const check = () => lab.app.get<LabCheck>(`/api/v1/labs/${lab.world.id}/check`)
const wrongIn = ({ findings }: LabCheck) => findings.filter(needsAttention)

/** Does what the findings say, as an engineer would who pastes the commands. */
async function mend(findings: LabCheck['findings']): Promise<void> {
  const client = await LabClient.connect(lab.world.labFile)
  for (const { id, mend } of findings) {
    const result = await client.run(mend?.command ?? 'false')
    expect(result.code, `${id}: ${mend?.command}: ${result.stderr}`).toBe(0)
  }
  client.end()
}

test('finds nothing wrong in a clean lab, at once, and leaves it as it was', async () => {
  const before = await look(lab.world)
  const result = await check()
  expect(wrongIn(result)).toEqual([])
  expect(result.skipped).toEqual([])
  expect(result.findings.length).toBeGreaterThan(60)
  expect(result.endMs - result.startMs).toBeLessThan(20_000)
  expect(await look(lab.world)).toEqual(before)
})

test('finds exactly the three defects that were planted, and their commands mend them', async () => {
  await lab.world.call('missing', { 'cluster-lan-host': ['tcpdump'] })
  await lab.world.call('clock', { machine: 'wan-host', offsetMs: -700 })
  await lab.world.call('server', { port: 5202, on: false })
  const wrong = wrongIn(await check())
  expect(wrong.map(({ id, status }) => [id, status])).toEqual([
    ['tool/cluster-lan-host/tcpdump', 'missing'],
    ['server/172.16.50.1:5202', 'missing'],
    ['clock/wan-host', 'differs'],
  ])
  await mend(wrong)
  expect(wrongIn(await check())).toEqual([])
})

test('a stopped instance and a removed client are one finding each; starting and installing mends them', async () => {
  await lab.world.call('instance', { name: 'bpfrx-fw1', running: false })
  await lab.world.call('missing', { 'cluster-lan-host': ['iperf3'] })
  const result = await check()
  const wrong = wrongIn(result)
  expect(wrong.map(({ id }) => id)).toEqual(['instance/bpfrx-fw1', 'tool/cluster-lan-host/iperf3'])
  expect(result.skipped.map(({ reason }) => reason)).toContain('iperf3 is missing on cluster-lan-host')
  await mend(wrong)
  await until('the lab is whole again', async () => wrongIn(await check()).length === 0)
})

test('while a run is on it says so, skips what would disturb it, and the run passes; two viewers share one check', async () => {
  const { id } = await lab.app.start(lab.world.id, 'TC-3')
  await until('the fault is done', async () =>
    (await lab.app.run(id)).steps.some((step) => step.id === 'fault' && step.outcome),
  )
  const [first, second] = await Promise.all([check(), check()])
  expect(first).toEqual(second)
  expect(first.run).toEqual({ id, owner: null })
  expect(wrongIn(first)).toEqual([])
  expect(first.skipped.map(({ reason }) => reason)).toContain(`run ${id} is going on`)
  const executed = await lab.world.call<{ command: string }[]>('executed')
  const checks = executed.filter(({ command }) => command.includes('observe/check'))
  expect(checks.length).toBeGreaterThan(0)
  const run = await lab.app.ended(id)
  expect([run.verdict, run.criteria.filter((c) => c.verdict !== 'pass')]).toEqual(['pass', []])
})
