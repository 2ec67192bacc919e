import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WanLabSchema } from '../domain/lab'
import type { RunRequest, RunSummary } from '../domain/run'
import type { Schedule } from '../domain/scenario-views'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { PrismaScenarioStore, PrismaScheduleStore } from '../store/scenarios'
import { testDatabase, testLab } from '../store/test-database'
import { ScenarioService } from './service'

const lab = WanLabSchema.parse({ ...exampleWanLab(), allowDestructive: true })
const OWN = `title: Ping
steps:
  - { id: a, title: Ping, at: 0s, host: ${lab.wan.edgeNodes[0]?.host}, action: { kind: ping, target: 192.168.100.2, intervalMs: 1000, count: 5 } }
`
const RUNNER = `name: Ping\njobs: [{ host: ${lab.wan.edgeNodes[0]?.host}, commands: [ping -c 5 192.168.100.2] }]\n`
const HOUR_MS = 3_600_000

describe('the scenarios of a lab', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  let service: ScenarioService
  let store: PrismaScenarioStore
  let schedules: PrismaScheduleStore
  let run: RunSummary | null = null
  const started: RunRequest[] = []
  const followed: Schedule[] = []

  beforeEach(async () => {
    db = await testDatabase()
    started.length = 0
    followed.length = 0
    store = new PrismaScenarioStore(db.database)
    schedules = new PrismaScheduleStore(db.database)
    run = null
    service = new ScenarioService({
      lab: (id) => (id === lab.id ? lab : id === 'shut' ? { ...lab, id, allowDestructive: false } : testLab(id)),
      scenarios: store,
      schedules,
      start: async (request) => {
        started.push(request)
        return { id: 'r1' }
      },
      run: async (id) => (id === run?.id ? run : null),
      onScheduled: (schedule) => void followed.push(schedule),
    })
  })
  afterEach(() => db.drop())

  const save = (text = OWN) => service.save({ lab: lab.id, text, files: [] })

  it('are kept, listed, changed and removed; what a run was started with stays', async () => {
    const first = await save()
    const same = await save()
    expect(same.id).not.toBe(first.id)
    expect(same.contentId).toBe(first.contentId)
    const changed = await service.save({
      lab: lab.id,
      text: OWN.replace('count: 5', 'count: 6'),
      files: [],
      id: first.id,
      title: 'Six',
    })
    expect(changed).toMatchObject({ id: first.id, title: 'Six', lengthMs: 6000, problems: [] })
    expect((await service.list(lab.id)).scenarios.map(({ title }) => title)).toEqual(['Ping', 'Six'])
    await service.remove(lab.id, first.id)
    expect((await service.list(lab.id)).scenarios.map(({ id }) => id)).toEqual([same.id])
    expect((await store.content(changed.contentId))?.title).toBe('Six')
  })

  it('are exported as what they came from, and as a scenario', async () => {
    const [own, runner] = [await save(), await save(RUNNER)]
    expect((await service.export(lab.id, runner.id, 'runner')).text).toContain('ping -c 5 192.168.100.2')
    expect(await service.export(lab.id, own.id, 'scenario')).toMatchObject({ name: 'ping.scenario.yaml' })
    await expect(service.export(lab.id, own.id, 'runner')).rejects.toThrow('was not imported from a runner file')
  })

  it('are run with what they ask for', async () => {
    const { id, contentId } = await save()
    await service.run(lab.id, id)
    expect(started).toMatchObject([
      { lab: lab.id, case: 'SCENARIO', params: { content: contentId, measure: true, degrades: false, startAtMs: 0 } },
    ])
    await expect(service.run('shut', id)).rejects.toThrow('there is no scenario')
  })

  it('are scheduled for a time that is to come, and not removed meanwhile', async () => {
    const { id } = await save()
    const atMs = Date.now() + HOUR_MS
    const schedule = await service.schedule(lab.id, id, atMs)
    expect(followed).toEqual([schedule])
    expect(await service.requestFor(schedule)).toMatchObject({ params: { startAtMs: atMs } })
    await expect(service.remove(lab.id, id)).rejects.toThrow('is scheduled for')
    await expect(service.save({ lab: lab.id, text: OWN, files: [], id })).rejects.toThrow('is scheduled for')
    await service.cancel(lab.id, schedule.id)
    expect(followed.at(-1)).toMatchObject({ id: schedule.id, state: 'cancelled' })
    await expect(service.cancel(lab.id, schedule.id)).rejects.toThrow('it is cancelled')
    await service.remove(lab.id, id)
    await expect(service.schedule(lab.id, id, atMs)).rejects.toThrow('there is no scenario')
  })

  it('are not scheduled for times at which one would hold up the other', async () => {
    const { id } = await save()
    const atMs = Date.now() + HOUR_MS
    const { id: first } = await service.schedule(lab.id, id, atMs)
    await expect(service.schedule(lab.id, id, atMs)).rejects.toThrow('scheduled for the same time')
    await expect(service.schedule(lab.id, id, atMs + 60_000)).rejects.toThrow('scheduled for 1 min before that')
    await expect(service.schedule(lab.id, id, atMs - 60_000)).rejects.toThrow('scheduled for 1 min after that')
    await service.schedule(lab.id, id, atMs + 125_000)
    await service.cancel(lab.id, first)
    await service.schedule(lab.id, id, atMs - 60_000)
  })

  it('are listed with what became of their runs', async () => {
    const { id } = await save()
    const schedule = await service.schedule(lab.id, id, Date.now() + HOUR_MS)
    expect((await service.list(lab.id)).schedules).toEqual([{ ...schedule, run: null }])
    await schedules.patch(schedule.id, { state: 'started', runId: 'r1' })
    const ended = { phase: 'ended', ending: 'error', verdict: 'inconclusive', message: 'missed by 9 s' } as const
    run = { id: 'r1', ...ended } as RunSummary
    expect((await service.list(lab.id)).schedules).toMatchObject([{ id: schedule.id, state: 'started', run: ended }])
  })

  it('are refused where they cannot run', async () => {
    const { id } = await save()
    await expect(service.schedule(lab.id, id, Date.now() - 1)).rejects.toThrow('that time is past')
    await expect(service.schedule(lab.id, id, Date.now() + 50_000)).rejects.toThrow('less than a minute away')
    await expect(service.schedule(lab.id, id, Date.now() + 400 * 24 * HOUR_MS)).rejects.toThrow('more than a year')
    const shut = await service.save({ lab: 'shut', text: OWN, files: [] })
    await expect(service.schedule('shut', shut.id, Date.now() + HOUR_MS)).rejects.toThrow('may not run')
    const strange = await save(OWN.replace(/host: \S+/, 'host: nobody,'))
    expect(strange.problems).toEqual(['a: the lab file has no host "nobody"'])
    await expect(service.schedule(lab.id, strange.id, Date.now() + HOUR_MS)).rejects.toThrow('does not fit')
    await expect(service.list('cluster-only')).rejects.toThrow('has no WAN')
  })
})
