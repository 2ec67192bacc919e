import os from 'node:os'
import path from 'node:path'
import packageJson from '../package.json'
import type { Services } from './api/services'
import { casesFor, operationsFor } from './cases'
import { caseView } from './cases/define'
import type { AnyLab } from './domain/lab'
import { readEnv } from './env'
import { AppError } from './errors'
import { watchEventLoop } from './event-loop'
import { createRunLog } from './events/run-log'
import { judgeRun } from './judging/judge-run'
import { ConsoleTurns } from './observe/console-turns'
import { LabChecks } from './observe/lab-checks'
import { LiveStatus } from './observe/live-status'
import { Runner } from './runner/runner'
import { Clockwork } from './scenarios/clockwork'
import { ScenarioService } from './scenarios/service'
import { CaptureFolder } from './store/capture-files'
import { databaseFile, migrateDatabase, openDatabase } from './store/client'
import { PrismaLabStateStore } from './store/lab-state'
import { ownStore } from './store/owner'
import { PrismaScenarioStore, PrismaScheduleStore } from './store/scenarios'
import { PrismaUndoJournal } from './store/undo'
import { labFiles, loadLabs } from './topology/labs'
import { labFileError } from './topology/load'
import { SshPool } from './transport/pool'

export type Container = {
  services: Services
  /** Cancels and restores what runs, then lets go of the database. */
  close(): Promise<void>
}

/** The only place that knows concrete classes. Rejects with AppError when the app cannot start. */
async function boot(): Promise<Container> {
  const env = readEnv()
  await migrateDatabase(env.databaseUrl)
  const database = await openDatabase(env.databaseUrl)
  const owner = await ownStore(database, (error) => {
    console.error(`failover-lab: ${error.message}`)
    process.exit(1)
  })
  const log = createRunLog(database)
  const loaded = await loadLabs(labFiles(env.labs))
  const labOf = (labId: string): AnyLab => {
    const entry = loaded.find((item) => item.ok && item.lab.id === labId)
    if (entry?.ok) return entry.lab
    const broken = loaded.find((item) => !item.ok && item.id === labId)
    if (broken && !broken.ok) throw labFileError(broken)
    throw new AppError('not-found', `there is no lab "${labId}"`, {
      hint: 'LABS names the lab files; see the Lab page.',
    })
  }
  const pools = new Map<string, SshPool>()
  const connections = (lab: AnyLab) => {
    const pool = pools.get(lab.id) ?? new SshPool(lab.hosts, { passwords: lab.wan ? [lab.wan.console] : [] })
    pools.set(lab.id, pool)
    return pool
  }
  const labState = new PrismaLabStateStore(database)
  const captures = new CaptureFolder(path.join(path.dirname(databaseFile(env.databaseUrl)), 'captures'))
  const accessTo = (labId: string) => ({ lab: labOf(labId), pool: connections(labOf(labId)) })
  const turns = new ConsoleTurns()
  const liveStatus = new LiveStatus(accessTo, {}, turns)
  const [scenarioStore, schedules] = [new PrismaScenarioStore(database), new PrismaScheduleStore(database)]
  const runner = new Runner({
    lab: labOf,
    connections,
    events: log.sink,
    samples: log.sink,
    undo: new PrismaUndoJournal(database),
    runs: log.runs,
    captures,
    judge: judgeRun(database, env.databaseUrl),
    labState,
    linkSet: (labId, vm, impairment) => liveStatus.linkSet(labId, vm, impairment),
    takeConsoles: (labId) => turns.take(labId),
    scenario: (contentId) => scenarioStore.content(contentId),
    owner: `${os.userInfo().username}@${os.hostname()}:${env.port}`,
  })
  const ownRun = async (labId: string) =>
    (await log.runs.unfinished(labId)).find(({ phase }) => phase !== 'queued')?.id ?? null
  const clockwork = new Clockwork({
    schedules,
    start: async (schedule) => runner.start(await scenarios.requestFor(schedule)),
  })
  const scenarios = new ScenarioService({
    lab: labOf,
    scenarios: scenarioStore,
    schedules,
    start: (request) => runner.start(request),
    run: (runId) => log.runs.get(runId),
    onScheduled: (schedule) => clockwork.follow(schedule),
  })
  const services: Services = {
    labs: { list: () => loaded, get: labOf },
    runs: log.history,
    labState,
    events: log.events,
    samples: log.samples,
    captures,
    overviews: log.overviews,
    follow: log.follow,
    liveStatus,
    checks: new LabChecks(accessTo, ownRun, turns),
    cases: {
      views: (lab) => casesFor(lab).map((definition) => caseView(definition, lab)),
      operations: (lab) => operationsFor(lab).map((definition) => caseView(definition, lab)),
    },
    runner,
    switches: runner.switches,
    scenarios,
    publicUrl: env.publicUrl,
    version: packageJson.version,
    eventLoop: watchEventLoop(),
  }
  await runner.recover()
  await clockwork.resume()
  void log.compactor.leftovers()
  const close = async () => {
    clockwork.close()
    await runner.close()
    await Promise.all([...pools.values()].map((pool) => pool.dispose()))
    await log.compactor.idle()
    await owner.release()
    await database.close()
  }
  return { services, close }
}

// Instrumentation, route handlers and pages each get their own instance of this module: one container for all.
const shared = globalThis as { failoverLab?: Promise<Container> }

/** The running app; the first caller starts it. */
export function getContainer(): Promise<Container> {
  shared.failoverLab ??= boot()
  return shared.failoverLab
}

export const getServices = async (): Promise<Services> => (await getContainer()).services
