import type { RunRequest } from '../domain/run'
import type { SwitchView } from '../domain/views'
import { AppError } from '../errors'
import { createRunLog } from '../events/run-log'
import { ScenarioService } from '../scenarios/service'
import { PrismaLabStateStore } from '../store/lab-state'
import { PrismaScenarioStore, PrismaScheduleStore } from '../store/scenarios'
import { testDatabase, testLab, testRun } from '../store/test-database'
import type { LabLive, Services } from './services'

/** Services on a real store and a runner that only notes what it is asked; for tests. */
export async function testServices() {
  const db = await testDatabase()
  const log = createRunLog(db.database)
  const lab = testLab('box')
  const asked: { start: RunRequest[]; cancel: string[] } = { start: [], cancel: [] }
  const services: Services = {
    labs: {
      list: () => [
        { ok: true, lab, file: '/labs/box.yaml' },
        { ok: false, file: '/labs/bad.yaml', id: null, errors: [{ line: 3, column: 7, message: 'expected a number' }] },
      ],
      get: (labId) => {
        if (labId === lab.id) return lab
        throw new AppError('not-found', `there is no lab "${labId}"`, { hint: 'LABS names the lab files.' })
      },
    },
    runs: log.history,
    labState: new PrismaLabStateStore(db.database),
    events: log.events,
    samples: log.samples,
    captures: { read: () => Promise.reject(new AppError('not-found', 'there is no capture')) },
    overviews: log.overviews,
    follow: log.follow,
    liveStatus: {
      async *watch(labId) {
        yield live(labId)
      },
      once: async (labId) => live(labId),
      readAgain: () => {},
    },
    checks: {
      check: async (labId) => ({
        ...{ lab: labId, startMs: 1, endMs: 2, run: null, skipped: [] },
        findings: [
          {
            ...{ id: 'instance/fw0', group: 'instance', place: { instance: 'fw0' }, title: 'Instance' },
            ...{ status: 'differs', found: 'stopped', expected: 'running', differences: [], hint: null },
            mend: { host: 'box', command: 'incus start fw0' },
          },
        ],
      }),
      progress: () => null,
    },
    cases: {
      views: () => [
        {
          id: 'TC-3',
          title: 'Failover',
          objective: 'The backup takes over.',
          destructive: true,
          outage: true,
          destructiveWhen: null,
          kind: 'test',
          blocked: null,
          fields: [],
          criteria: [],
          headline: null,
        },
      ],
      operations: () => [],
    },
    runner: {
      start: async (request) => {
        if (request.case !== 'TC-3') throw new AppError('not-found', `there is no case "${request.case}"`)
        asked.start.push(request)
        const { id } = await log.runs.create({ ...testRun(`r${asked.start.length}`, lab), params: request.params })
        return { id, ids: [id] }
      },
      cancel: async (runId) => {
        if ((await log.runs.get(runId))?.phase === 'ended') throw new AppError('conflict', 'the run has ended')
        asked.cancel.push(runId)
      },
      plan: async () => [],
      restoreLab: async () => {},
      markClean: async () => {},
    },
    switches: {
      list: async () => switches(false),
      set: async (_lab, id, on) => {
        if (id !== 'no-takeover') throw new AppError('not-found', `box has no switch "${id}"`)
        if (on && asked.start.length > asked.cancel.length) throw new AppError('conflict', 'box is busy')
        return switches(on)
      },
    },
    scenarios: new ScenarioService({
      lab: () => lab,
      scenarios: new PrismaScenarioStore(db.database),
      schedules: new PrismaScheduleStore(db.database),
      start: async () => ({ id: 'r1' }),
      run: (id) => log.runs.get(id),
      onScheduled: () => {},
    }),
    publicUrl: 'http://127.0.0.1:3000',
    version: '1.2.3',
    eventLoop: () => ({ windowS: 5, p99Ms: 1, maxMs: 2 }),
  }
  const drop = async () => {
    await log.compactor.idle()
    await db.drop()
  }
  return { services, log, asked, drop, database: db.database }
}

const command = { place: 'fw1', host: 'box', text: 'incus exec fw1 -- touch /etc/no-takeover' }
const switches = (on: boolean): SwitchView[] => [
  {
    id: 'no-takeover',
    title: 'The backup never takes over',
    expect: null,
    places: ['fw1'],
    on: [command],
    off: [command],
    state: on ? 'on' : 'off',
  },
]

const live = (labId: string): LabLive => ({
  ...{ labId, atMs: 2, startMs: 1, hosts: [], nodes: [], lease: null, links: {}, wan: null },
})
