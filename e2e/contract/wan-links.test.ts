import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, until, type World } from '../harness'
import { plannedFor } from './planned'
import { lookAtWan } from './wan-eyes'
import { wanWorlds } from './wan-worlds'

let world: World
let app: App
let close = async () => {}
beforeAll(async () => {
  const started = await wanWorlds(1)
  const [first] = started.worlds
  if (!first) throw new Error('no world')
  world = first
  app = started.app
  close = started.close
})
afterAll(() => close())

const DROP_15 = { toIsp: { lossPercent: 15 }, toRouter: {} }
const good = async () =>
  Object.fromEntries((await lookAtWan(world)).vms.map(({ vm, isGood, emulators }) => [vm, isGood && emulators === 1]))
const start = (caseId: string, params: Record<string, unknown>) => app.start(world.id, caseId, params)

test('a link is degraded and stays so, one emulator on it and nobody logged in; all are made good again', async () => {
  const before = await lookAtWan(world)
  const { id } = await start('link-impair', { link: 'starlink-1', impairment: DROP_15 })
  const run = await app.ended(id)
  expect([run.ending, run.verdict, run.dirty], run.message ?? '').toEqual(['completed', 'pass', false])
  expect(await good()).toMatchObject({ 101: true, 102: true, 103: false })
  const after = await lookAtWan(world)
  expect(after.vms.find(({ vm }) => vm === 103)).toMatchObject({ emulators: 1, console: 'login', client: null })
  expect(after.ours).toEqual([])

  const again = await app.ended((await start('links-good', { link: 'all' })).id)
  expect([again.ending, again.verdict], again.message ?? '').toEqual(['completed', 'pass'])
  expect(await lookAtWan(world)).toEqual(before)
  const once = await app.ended((await start('links-good', { link: 'byu' })).id)
  expect([once.ending, once.verdict]).toEqual(['completed', 'pass'])
})

test('what stands in a .wcfg besides is kept in force', async () => {
  const simFn = (type: number) => `<SimFn Type="${type}"><Params Speed="0"/></SimFn>`
  const wcfg = `<WANulatorConfigV2 NetworkMode="0">${['ens18', 'ens19']
    .map((name) => `<Interface Name="${name}">${simFn(6)}${simFn(9)}</Interface>`)
    .join('')}</WANulatorConfigV2>`
  const { id } = await start('link-impair', { link: 'byu', impairment: { ...DROP_15, wcfg } })
  const run = await app.ended(id)
  expect([run.ending, run.verdict], run.message ?? '').toEqual(['completed', 'pass'])
  expect(JSON.stringify(run.criteria)).toContain('function of type 9')
  const back = await app.ended((await start('links-good', { link: 'all' })).id)
  expect(back.verdict).toBe('pass')
  expect(await good()).toMatchObject({ 101: true, 102: true, 103: true })
})

test('cancelled in the middle, a link that was degraded before is made good, and the lab is none the worse', async () => {
  const first = await app.ended((await start('link-impair', { link: 'starlink-2', impairment: DROP_15 })).id)
  expect(first.verdict).toBe('pass')
  const hold = await world.call<{ id: number }>('hold', { match: 'impair-102.*socat' })
  const { id } = await start('link-impair', {
    link: 'starlink-2',
    impairment: { toIsp: { dropEveryNth: 1 }, toRouter: {} },
  })
  await world.call('wait-held', { match: 'impair-102.*socat' })
  await expect(start('links-good', { link: 'all' })).rejects.toThrow(/409/)
  await app.post(`/api/v1/runs/${id}/cancel`)
  await world.call('release', hold)
  const run = await app.ended(id)
  expect([run.ending, run.dirty], run.message ?? '').toEqual(['cancelled', false])
  expect(await good()).toMatchObject({ 101: true, 102: true, 103: true })
})

test('one wedged console keeps none of the other links from being made good', async () => {
  for (const link of ['starlink-1', 'byu'])
    expect((await app.ended((await start('link-impair', { link, impairment: DROP_15 })).id)).verdict).toBe('pass')
  await world.call('switch', { name: 'console-wedged', on: true })
  const { id } = await start('links-good', { link: 'all' })
  const set = async () => (await app.run(id)).steps.find((step) => step.id === 'set')
  await until('the step has failed', async () => (await set())?.outcome === 'failed')
  expect(await good()).toMatchObject({ 101: true, 103: false })
  await world.call('switch', { name: 'console-wedged', on: false })
  const run = await app.ended(id)
  expect([run.ending, run.dirty]).toEqual(['error', false])
  expect(run.message).toContain('gives no prompt')
  expect(await good(), 'by the restore').toMatchObject({ 101: true, 102: true, 103: true })
})

test('a WANulator whose console is wedged is restarted, and its link made good', async () => {
  await world.call('switch', { name: 'console-wedged', on: true })
  const params = { link: 'starlink-1' }
  const planned = await plannedFor(app, world.id, 'wanulator-restart', params)
  const { id } = await start('wanulator-restart', params)
  const run = await app.ended(id)
  await world.call('switch', { name: 'console-wedged', on: false })
  expect([run.ending, run.verdict, run.dirty], run.message ?? '').toEqual(['completed', 'pass', false])
  expect(planned.strangers(run)).toEqual([])
  const { vms, ours } = await lookAtWan(world)
  expect(vms.find(({ vm }) => vm === 103)).toMatchObject({
    running: true,
    isGood: true,
    emulators: 1,
    console: 'login',
  })
  expect(ours).toEqual([])
})

const RESTART = 'restart-101.*qm start'

test('cancelled while its VM is off, a restart ends with the VM on and its link good', async () => {
  const before = await lookAtWan(world)
  const hold = await world.call<{ id: number }>('hold', { match: RESTART })
  const { id } = await start('wanulator-restart', { link: 'byu' })
  await world.call('wait-held', { match: RESTART })
  expect((await lookAtWan(world)).vms.find(({ vm }) => vm === 101)?.running).toBe(false)
  await app.post(`/api/v1/runs/${id}/cancel`)
  await world.call('release', hold)
  const run = await app.ended(id)
  expect([run.ending, run.dirty], run.message ?? '').toEqual(['cancelled', false])
  expect(await lookAtWan(world)).toEqual(before)
})
