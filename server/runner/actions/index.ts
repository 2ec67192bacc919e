import type { Action, ActionKind, PlannedCommand } from '../../domain/case'
import { type AnyLab, hasCluster } from '../../domain/lab'
import { clusterSession, type RunSession, wanSession } from '../session'
import { startArping, stopArping } from './arping'
import { startCapture, stopCapture } from './capture'
import { readClocks } from './clocks'
import { readCluster, watchCluster } from './cluster'
import { awaitPolicy, configure, readConfig, watchPolicies } from './configure'
import { disconnect, reconnect } from './connection'
import { releaseLease, requestLease } from './dhcp'
import { fault } from './fault'
import type { Handler, PlanContext, WanHandler } from './handler'
import { readHostNetwork } from './host-network'
import { impair } from './impair'
import { collectJournal } from './journal'
import { readLinks } from './links'
import { awaitLoad, readCounters, startLoad } from './load'
import { preflight } from './preflight'
import { startProbes, stopProbes } from './probes'
import { startRequests, stopRequests } from './requests'
import { restartWanulator } from './restart-wanulator'
import { runSchedule } from './run-schedule'
import { awaitSessionSync, recordSessions, watchSessions } from './sessions'
import { setLinks } from './set-links'
import { startTraffic, stopTraffic } from './traffic'
import { baseline, runProbes, settle, waitPrimary } from './waits'
import { startWanCapture, stopWanCapture, wanPhase } from './wan-capture'

/** A handler for runs on a cluster, as one for any run. */
const onCluster = <K extends ActionKind>({ plan, run }: Handler<K>): Handler<K, AnyLab> => ({
  plan: (context, action) => (hasCluster(context.lab) ? plan({ ...context, lab: context.lab }, action) : []),
  run: (session, action, signal) => run(clusterSession(session), action, signal),
})

/** A handler for runs on the links of a WAN, as one for any run. */
const onWan = <K extends ActionKind>({ plan, run }: WanHandler<K>): Handler<K, AnyLab> => ({
  plan: (context, action) => (hasCluster(context.lab) ? [] : plan({ ...context, lab: context.lab }, action)),
  run: (session, action, signal) => run(wanSession(session), action, signal),
})

/** One handler for each kind of action; a kind without one does not compile. */
const ACTIONS: { [K in ActionKind]: Handler<K, AnyLab> } = {
  preflight,
  'start-probes': startProbes,
  'stop-probes': stopProbes,
  baseline,
  'run-probes': runProbes,
  'read-clocks': readClocks,
  'start-traffic': onCluster(startTraffic),
  'stop-traffic': onCluster(stopTraffic),
  'start-capture': onCluster(startCapture),
  'stop-capture': onCluster(stopCapture),
  'watch-cluster': onCluster(watchCluster),
  'read-cluster': onCluster(readCluster),
  'read-links': onCluster(readLinks),
  'start-arping': onCluster(startArping),
  'stop-arping': onCluster(stopArping),
  'record-sessions': onCluster(recordSessions),
  'watch-sessions': onCluster(watchSessions),
  'await-session-sync': onCluster(awaitSessionSync),
  fault: onCluster(fault),
  'watch-policies': onCluster(watchPolicies),
  configure: onCluster(configure),
  'await-policy': onCluster(awaitPolicy),
  'read-config': onCluster(readConfig),
  disconnect: onCluster(disconnect),
  reconnect: onCluster(reconnect),
  'wait-primary': onCluster(waitPrimary),
  settle: onCluster(settle),
  'collect-journal': onCluster(collectJournal),
  'read-host-network': onCluster(readHostNetwork),
  'request-lease': onCluster(requestLease),
  'release-lease': onCluster(releaseLease),
  'start-load': onCluster(startLoad),
  'await-load': onCluster(awaitLoad),
  'read-counters': onCluster(readCounters),
  impair: onWan(impair),
  'set-links': onWan(setLinks),
  'restart-wanulator': onWan(restartWanulator),
  'start-wan-capture': onWan(startWanCapture),
  'wan-phase': onWan(wanPhase),
  'stop-wan-capture': onWan(stopWanCapture),
  'start-requests': onWan(startRequests),
  'stop-requests': onWan(stopRequests),
  'run-schedule': onWan(runSchedule),
}

const handlerOf = (action: Action) => ACTIONS[action.kind] as Handler<ActionKind, AnyLab>

/** Does an action; rejects with AppError when it cannot, and when the signal aborts. */
export const perform = (session: RunSession<AnyLab>, action: Action, signal: AbortSignal): Promise<void> =>
  handlerOf(action).run(session, action as never, signal)

/** The commands that an action would run. */
export const planAction = async (context: PlanContext<AnyLab>, action: Action): Promise<PlannedCommand[]> =>
  handlerOf(action).plan(context, action as never)
