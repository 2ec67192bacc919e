import { findCase } from '../server/cases'
import { judge } from '../server/cases/judge'
import type { EventBody } from '../server/domain/event'
import type { Lab } from '../server/domain/lab'
import { placeName } from '../server/domain/place'
import { createRunLog } from '../server/events/run-log'
import { migrateDatabase, openDatabase } from '../server/store/client'
import { type Down, outagesOf, pollRows, probeRows, trafficRows } from './long-samples'

export type LongRun = {
  /** Of the whole run. */
  hours: number
  /** How many of the lab's targets are probed. */
  probes: number
  outages: number
  /** Between two probes; 5 (200 pps) by default. */
  spacingMs?: number
  seed?: number
}

/** Outages closer than the validation time are one; these are not. */
const APART_MS = 7000
/** Quiet before the fault, so that there is a baseline. */
const BASELINE_MS = 20_000
const FAULT_MS = 40

type At = EventBody & { atMs: number }

/** What the events of a TC-3 say that flaps afterwards: steps, context, fault, and the primary moving with the outages. */
function eventsOf(lab: Lab, startMs: number, endMs: number, downs: readonly Down[]): At[] {
  const [first, second] = lab.cluster.nodes
  const t0 = downs[0]?.fromMs ?? startMs
  const hosts = [...lab.instances.map(({ name }) => name), ...lab.targets.map(({ from }) => placeName(from))]
  const clocks = Object.fromEntries(hosts.map((name) => [name, { offsetMs: 0, errorMs: 0.2 }]))
  const step = (stepId: string, title: string, fromMs: number, toMs: number): At[] => [
    { kind: 'step-started', stepId, title, budgetMs: (toMs - fromMs) * 2, atMs: fromMs },
    { kind: 'step-ended', stepId, outcome: 'ok', message: null, atMs: toMs },
  ]
  const state = (node: string, from: 'primary' | 'secondary' | null, to: 'primary' | 'secondary', atMs: number): At[] =>
    lab.cluster.redundancyGroups.map(({ id: redundancyGroup }) => ({
      kind: 'state-change',
      node,
      redundancyGroup,
      from,
      to,
      interval: { fromMs: atMs - 250, toMs: atMs },
      source: 'poll',
      reading: node,
      atMs,
    }))
  const names = [first?.name ?? 'node0', second?.name ?? 'node1'] as const
  const moves = downs
    .filter((_, i) => i % 8 === 0)
    .flatMap(({ fromMs }, i) => [
      ...state(names[i % 2 === 0 ? 0 : 1], 'primary', 'secondary', fromMs + 900),
      ...state(names[i % 2 === 0 ? 1 : 0], 'secondary', 'primary', fromMs + 1400),
    ])
  const instance = first?.instance ?? ''
  const argv = ['systemctl', 'kill', '--signal=KILL', lab.cluster.unit]
  const all: At[] = [
    { kind: 'run-started', atMs: startMs },
    {
      kind: 'context',
      context: {
        softwareVersions: { [names[0]]: 'v0.4.2', [names[1]]: 'v0.4.2' },
        toolVersions: {},
        clocks,
        macs: {},
        switches: [],
      },
      atMs: startMs + 500,
    },
    ...step('preflight', 'Preflight', startMs, startMs + 1500),
    ...step('probes', 'Start probes, traffic and capture; baseline', startMs + 1500, t0 - 50),
    ...step('fault', 'Fail the primary', t0 - 50, t0 + FAULT_MS),
    ...step('wait', `Wait for ${names[1]} to be primary`, t0 + FAULT_MS, t0 + 1500),
    ...step('settle', 'Settle: loss back at baseline, validated', t0 + 1500, endMs - 1000),
    ...step('restore', 'Restore', endMs - 1000, endMs),
    ...state(names[0], null, 'primary', startMs + 2000),
    ...state(names[1], null, 'secondary', startMs + 2000),
    ...moves,
    {
      kind: 'command-started',
      commandId: 'c1',
      stepId: 'fault',
      command: { place: { instance }, host: lab.containers.host, argv },
      stream: null,
      atMs: t0 - 10,
    },
    {
      kind: 'command-ended',
      commandId: 'c1',
      exitCode: 0,
      signal: null,
      durationMs: FAULT_MS,
      error: null,
      atMs: t0 + FAULT_MS,
    },
    {
      kind: 'fault-injected',
      event: 'failover',
      title: `kill -9 of the cluster daemon on ${instance}`,
      mode: 'kill -9 of the cluster daemon (a crash)',
      place: { instance },
      commandId: 'c1',
      t0: { fromMs: t0 - 5, toMs: t0 },
      clock: instance,
      exitCode: 0,
      atMs: t0 + FAULT_MS,
    },
  ]
  return all.sort((a, b) => a.atMs - b.atMs)
}

/**
 * Writes a run of hours into a database through the store's own classes, judged and compacted as a real one; its id.
 * The database is made where there is none; no app may be using it.
 */
export async function writeLongRun(databaseUrl: string, lab: Lab, run: LongRun): Promise<string> {
  const { hours, probes, outages, spacingMs = 5, seed = 1 } = run
  await migrateDatabase(databaseUrl)
  const database = await openDatabase(databaseUrl)
  const log = createRunLog(database)
  const id = `long${String(seed).padStart(2, '0')}${Math.round(hours * 60)}m${probes}p`
  const endMs = Date.now() - 60_000 * seed
  const startMs = endMs - hours * 3_600_000 - BASELINE_MS
  const params = { mode: 'kill-9', waitS: 30 }
  const definition = findCase('TC-3')
  if (!definition) throw new Error('there is no TC-3')
  const limitMs = lab.expectations.failoverTimeMs
  await log.runs.create({ id, lab, caseId: definition.id, caseTitle: definition.title, params, limitMs })
  await database.run((prisma) => prisma.run.update({ where: { id }, data: { createdAtMs: startMs } }))
  const fromMs = startMs + 2000
  const span = { fromMs, untilMs: endMs - 2000, spacingMs }
  const downs = outagesOf(startMs + BASELINE_MS, endMs - 10_000, outages, APART_MS, seed)
  for (const [i, target] of lab.targets.slice(0, probes).entries())
    for (const rows of probeRows(span, target.crossesCluster ? downs : [], seed + i)) {
      log.samples.push(id, `probe:${target.id}`, rows)
      await log.samples.flush(id)
    }
  for (const { id: traffic, bitPerS } of lab.traffic)
    log.samples.push(id, `traffic:${traffic}`, trafficRows(fromMs, endMs - 2000, downs, bitPerS))
  for (const { name } of lab.cluster.nodes) log.samples.push(id, `poll:${name}`, pollRows(fromMs, endMs - 2000))
  await log.samples.close(id)
  const events = eventsOf(lab, startMs, endMs, downs)
  const store = (bodies: readonly At[], after: number) =>
    database.run((prisma) =>
      prisma.event.createMany({
        data: bodies.map(({ kind, atMs, ...payload }, i) => ({ runId: id, seq: after + i + 1, atMs, kind, payload })),
      }),
    )
  await store(events, 0)
  const report = judge(definition, await log.runs.evidence(id), 'completed')
  const { verdict } = report
  await store(
    [
      { kind: 'reported', report, atMs: endMs },
      { kind: 'run-ended', ending: 'completed', verdict, message: null, atMs: endMs },
    ],
    events.length,
  )
  await log.runs.patch(id, { phase: 'ended', ending: 'completed', verdict, startedAt: startMs, endedAt: endMs, report })
  await log.compactor.idle()
  await database.close()
  return id
}
