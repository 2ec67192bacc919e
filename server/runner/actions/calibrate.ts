import { setTimeout as sleep } from 'node:timers/promises'
import type { PlannedCommand } from '../../domain/case'
import type { AnyLab, Target } from '../../domain/lab'
import { placeName } from '../../domain/place'
import { PING_SLEEP_MS, pingArgv, probeCount, startPing, WOKEN_INTERVAL_MS } from '../../drivers/ping'
import type { Check } from '../../observe/preflight'
import { LiveProbe } from '../live-probe'
import { type RunSession, streamTag } from '../session'
import { plannedKill, plannedStream } from './handler'

const CALIBRATION_MS = 1000
const PATIENCE_MS = 6000
const CHECK_MS = 20
/** A path that loses in the baseline is probed more slowly: its own rate limit may be what loses. */
const SLOWEST_MS = 100
/** So much loss is the path's own. */
const TOLERATED_LOSS = 0.02

const streamOf = ({ id }: Target) => `calibration:${id}`

/** The calibration of one target as lines of the plan. */
export const plannedCalibration = (lab: AnyLab, target: Target, tag: (what: string) => string): PlannedCommand[] => {
  const options = { tag: tag(streamTag(streamOf(target))), timeoutMs: PATIENCE_MS }
  const argv = pingArgv(target, target.intervalMs, probeCount(PATIENCE_MS, target.intervalMs))
  const probe = plannedStream(
    lab,
    target.from,
    argv,
    options,
    `Calibrate the probe to ${target.title}; ended after ${CALIBRATION_MS} ms of answers`,
  )
  return [probe, ...plannedKill(lab, target.from, options.tag)]
}

async function probeFor(
  session: RunSession<AnyLab>,
  target: Target,
  intervalMs: number,
  signal: AbortSignal,
): Promise<LiveProbe> {
  const probe = new LiveProbe(target)
  const stream = streamOf(target)
  const tool = await startPing(session.access(stream), target, {
    ...session.tool(stream, PATIENCE_MS / 1000, signal),
    intervalMs,
    onRows: (rows) => probe.append(rows),
    onError: (message, isFatal) => isFatal && probe.end(message),
  })
  const endMs = Date.now() + PATIENCE_MS
  while (probe.answeredForMs < CALIBRATION_MS && Date.now() < endMs && !probe.ended)
    await sleep(CHECK_MS, undefined, { signal })
  await tool.stop()
  return probe
}

/** Probes a target for a second at its rate, and more slowly when it loses; the rate is kept for the run. */
export async function calibrate(session: RunSession<AnyLab>, target: Target, signal: AbortSignal): Promise<Check> {
  const id = `target-${target.id}`
  const title = `${target.title} answers; spacing calibrated`
  const hint = `From ${placeName(target.from)}: ping ${target.address}; is the way through the cluster up?`
  for (let intervalMs = target.intervalMs; ; intervalMs = Math.min(intervalMs * 2, SLOWEST_MS)) {
    const probe = await probeFor(session, target, intervalMs, signal)
    const { offered, lost, spacing, rttMedianMs } = probe.sofar()
    if (offered === 0 || rttMedianMs === null) return { id, title, ok: false, found: probe.ended ?? 'no answer', hint }
    const found = `${offered - lost} of ${offered} answered, spacing ${spacing.medianMs?.toFixed(1)} ms, RTT ${rttMedianMs.toFixed(2)} ms`
    const isOften = target.intervalMs < PING_SLEEP_MS && intervalMs === target.intervalMs
    session.intervalMs.set(target.id, isOften && rttMedianMs > target.intervalMs ? WOKEN_INTERVAL_MS : intervalMs)
    if (isOften && rttMedianMs > PING_SLEEP_MS && target.crossesCluster) session.inPhases.add(target.id)
    else session.inPhases.delete(target.id)
    if (lost / offered > TOLERATED_LOSS && intervalMs < SLOWEST_MS) continue
    return { id, title, ok: lost < offered / 2, found, hint }
  }
}
