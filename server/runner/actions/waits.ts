import { setTimeout as sleep } from 'node:timers/promises'
import type { AnyLab } from '../../domain/lab'
import { AppError } from '../../errors'
import type { Handler } from './handler'

const CHECK_MS = 100
const noCommands = () => []

/** Lets the probes run undisturbed: what the recovery is measured against. */
export const baseline: Handler<'baseline', AnyLab> = {
  plan: noCommands,
  run: async (session, { durationMs }, signal) => {
    const fromMs = Date.now()
    const probes = [...session.probes.values()]
    while (Date.now() - fromMs < durationMs || probes.some((probe) => probe.answeredForMs < durationMs)) {
      await sleep(CHECK_MS / 2, undefined, { signal })
      const silent = probes.find((probe) => probe.ended)
      if (silent)
        throw new AppError('command-failed', `the probe to ${silent.target.title} ended during the baseline`, {
          hint: silent.ended ?? '',
        })
    }
  },
}

/** The probes run undisturbed, whatever they show. */
export const runProbes: Handler<'run-probes', AnyLab> = {
  plan: noCommands,
  run: async (_session, { durationMs }, signal) => {
    await sleep(durationMs, undefined, { signal })
  },
}

/** Until the node says of itself that it is primary in every group; running out of budget is a finding. */
export const waitPrimary: Handler<'wait-primary'> = {
  plan: noCommands,
  run: async (session, { node, redundancyGroups }, signal) => {
    const { watch } = session
    if (!watch) throw new AppError('internal', 'nobody watches the cluster')
    await watch.until(() => redundancyGroups.every((group) => watch.own(node, group) === 'primary'), signal)
  },
}

/**
 * Until every probe that crosses the cluster has recovered and stayed so, and every TCP stream moves again. Never shorter
 * than the validation time: loss may begin only now, when the primary has moved. A probe that has ended, with its
 * connection for instance, can see no recovery any more.
 */
export const settle: Handler<'settle'> = {
  plan: noCommands,
  run: async (session, { validationMs }, signal) => {
    const crossing = [...session.probes.values()].filter((probe) => probe.target.crossesCluster)
    const untilMs = Date.now() + validationMs
    while (Date.now() < untilMs || !crossing.every((probe) => probe.recovery(validationMs)?.recovered)) {
      await sleep(CHECK_MS, undefined, { signal })
      const blind = crossing.find((probe) => probe.ended)
      if (blind)
        throw new AppError('command-failed', `the probe to ${blind.target.title} ended before the path was back`, {
          hint: blind.ended ?? '',
        })
    }
    const recoveredMs = Date.now() - validationMs
    await session.sockets.untilAdvanced(recoveredMs, recoveredMs - session.faultAtMs, signal)
  },
}
