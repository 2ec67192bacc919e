import { z } from 'zod'
import type { Fault, Step } from '../domain/case'
import type { Lab } from '../domain/lab'
import { CongestionSchema, LOADS, type Load, type LoadId } from '../domain/load'
import { AppError } from '../errors'
import { noLossBesideLoad } from './criteria/steady-loss'
import { haOverhead, loadStable, throughputEnough } from './criteria/throughput'
import { defineCase } from './define'
import { declaredSecondary } from './roles'
import { step } from './steps'

/**
 * Asked for so often that twice as many as are needed would go out: kernel ticks add up to 7 ms to each interval. Never so
 * often that ping spins.
 */
const PROBES = 2000
const INTERVAL_MS = { least: 10, most: 20 }
/** Until the client is connected and its server has told its results. */
const MARGIN_MS = 30_000
/** For the heartbeat to be missed, and the load to be there when the session table is read. */
const PAUSE_MS = 4000

const params = z.object({
  parallel: z.int().min(1).max(64).default(4).meta({ title: 'Streams' }),
  durationS: z.number().min(20).max(3600).default(30).meta({
    title: 'Load for',
    unit: 's',
    description: 'In less than 20 s too few probes go out beside it.',
  }),
  congestion: CongestionSchema.default('bbr').meta({ title: 'TCP congestion control' }),
  streamMbitPerS: z.number().min(0).max(100_000).default(0).meta({
    title: 'Each stream at most',
    unit: 'Mbit/s',
    description: '0: as fast as it goes. A limit leaves a host that carries the whole lab time for the rest of it.',
  }),
  direction: z
    .enum(['upload', 'download'])
    .default('upload')
    .meta({ title: 'Direction', choices: { upload: 'LAN to WAN', download: 'WAN to LAN' } }),
  compareSecondaryOff: z.boolean().default(false).meta({
    title: 'Measure again with the secondary’s daemon stopped',
  }),
})
type Params = z.infer<typeof params>

const needs = ({ throughput }: Lab): string | null =>
  throughput ? null : 'The lab file names no server for it: "throughput" with "from", "server" and "port".'

const loadFor = (lab: Lab, given: Params, id: LoadId): Load => {
  if (!lab.throughput) throw new AppError('lab-file', 'TC-8 has no server to send to.', { hint: needs(lab) ?? '' })
  const { parallel, durationS, congestion, direction, streamMbitPerS } = given
  const pace = streamMbitPerS > 0 ? ` of at most ${streamMbitPerS} Mbit/s each` : ''
  const how = `${direction}, ${parallel} streams${pace}, ${congestion}, ${durationS} s`
  const streamBitPerS = streamMbitPerS * 1e6
  return {
    id,
    title: `${LOADS[id]}: ${how}`,
    ...lab.throughput,
    direction,
    parallel,
    congestion,
    streamBitPerS,
    durationS,
  }
}

/** Who sends: of a download the server, where the lab file says who has its address. */
function senderOf({ instances }: Lab, { direction, from, server }: Load) {
  const owner = instances.find(({ interfaces }) =>
    interfaces.some(({ addresses }) => addresses.some((address) => address.startsWith(`${server}/`))),
  )
  return direction === 'download' && owner ? { instance: owner.name } : from
}

/** The secondary's daemon, whose being active is what is put back. */
function secondary(lab: Lab, verb: 'stop' | 'start'): Fault {
  const { instance } = declaredSecondary(lab)
  const { unit } = lab.cluster
  return {
    ...{ id: `secondary-${verb}`, event: 'setup', mode: `${verb} of the cluster daemon` },
    title: `${verb === 'stop' ? 'Stop' : 'Start'} the cluster daemon on ${instance}`,
    place: { instance },
    argv: ['systemctl', verb, unit],
    undo: [{ kind: 'unit-active', instance, unit }],
  }
}

function withoutSecondary(lab: Lab, given: Params): Step[] {
  if (!given.compareSecondaryOff) return []
  const load = loadFor(lab, given, 'load-alone')
  return [
    step('stop', 'Stop the secondary', 30_000, [
      { kind: 'fault', fault: secondary(lab, 'stop') },
      { kind: 'run-probes', durationMs: PAUSE_MS },
    ]),
    step('alone', `Load for ${given.durationS} s without the secondary`, given.durationS * 1000 + MARGIN_MS, [
      { kind: 'start-load', load },
      { kind: 'await-load', load },
    ]),
    step('start', 'Start the secondary', 30_000, [{ kind: 'fault', fault: secondary(lab, 'start') }]),
  ]
}

/** TC-8: what the cluster forwards at full load, and that it loses nothing meanwhile. */
export const tc08 = defineCase({
  id: 'TC-8',
  title: 'Throughput under HA',
  objective:
    'At full load the cluster forwards what is expected through SNAT, steadily and without losing a probe; if asked, compared with the secondary off.',
  destructive: { when: 'compareSecondaryOff' },
  needs,
  params,
  headline: null,
  figure: 'throughput',
  criteria: [throughputEnough, noLossBesideLoad, loadStable, haOverhead],
  steps: (lab, given) => {
    const { durationS, congestion, compareSecondaryOff } = given
    const load = loadFor(lab, given, 'load')
    const targets = lab.targets
      .filter(({ crossesCluster }) => crossesCluster)
      .map(({ id }) => id)
      .slice(0, 1)
    const runs = compareSecondaryOff ? 2 : 1
    const streamsS = Math.ceil(runs * (durationS + MARGIN_MS / 1000) + 60)
    const intervalMs = Math.min(INTERVAL_MS.most, Math.max(INTERVAL_MS.least, (durationS * 1000) / PROBES))
    return [
      step('preflight', 'Preflight', 60_000, [
        {
          ...{ kind: 'preflight', targets, tools: ['ping', 'iperf3'] },
          congestion: { at: senderOf(lab, load), algorithm: congestion },
        },
      ]),
      step('load', `Load for ${durationS} s beside the probe`, durationS * 1000 + MARGIN_MS, [
        { kind: 'watch-cluster', intervalMs: 1000, durationS: streamsS },
        { kind: 'start-probes', targets, durationS: streamsS, intervalMs },
        { kind: 'run-probes', durationMs: 1000 },
        { kind: 'read-counters', label: 'before' },
        { kind: 'start-load', load },
        { kind: 'run-probes', durationMs: PAUSE_MS },
        { kind: 'record-sessions', label: 'before', to: 'throughput' },
        { kind: 'await-load', load },
        { kind: 'read-counters', label: 'after' },
      ]),
      ...withoutSecondary(lab, given),
      step('collect', 'Stop the probe', 30_000, [{ kind: 'stop-probes' }, { kind: 'stop-traffic' }]),
    ]
  },
})
