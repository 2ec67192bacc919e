import type { Action, ActionKind, PlannedCommand } from '../../domain/case'
import type { RunSession } from '../session'
import { startArping, stopArping } from './arping'
import { startCapture, stopCapture } from './capture'
import { readClocks } from './clocks'
import { readCluster, watchCluster } from './cluster'
import { awaitPolicy, configure, readConfig, watchPolicies } from './configure'
import { disconnect, reconnect } from './connection'
import { releaseLease, requestLease } from './dhcp'
import { fault } from './fault'
import type { Handler, PlanContext } from './handler'
import { readHostNetwork } from './host-network'
import { collectJournal } from './journal'
import { readLinks } from './links'
import { awaitLoad, readCounters, startLoad } from './load'
import { preflight } from './preflight'
import { startProbes, stopProbes } from './probes'
import { awaitSessionSync, recordSessions, watchSessions } from './sessions'
import { startTraffic, stopTraffic } from './traffic'
import { baseline, runProbes, settle, waitPrimary } from './waits'

/** One handler for each kind of action; a kind without one does not compile. */
const ACTIONS: { [K in ActionKind]: Handler<K> } = {
  preflight,
  'start-probes': startProbes,
  'stop-probes': stopProbes,
  'start-traffic': startTraffic,
  'stop-traffic': stopTraffic,
  'start-capture': startCapture,
  'stop-capture': stopCapture,
  'watch-cluster': watchCluster,
  'read-cluster': readCluster,
  'read-links': readLinks,
  'start-arping': startArping,
  'stop-arping': stopArping,
  baseline,
  'run-probes': runProbes,
  'record-sessions': recordSessions,
  'watch-sessions': watchSessions,
  'await-session-sync': awaitSessionSync,
  fault,
  'watch-policies': watchPolicies,
  configure,
  'await-policy': awaitPolicy,
  'read-config': readConfig,
  disconnect,
  reconnect,
  'wait-primary': waitPrimary,
  settle,
  'read-clocks': readClocks,
  'collect-journal': collectJournal,
  'read-host-network': readHostNetwork,
  'request-lease': requestLease,
  'release-lease': releaseLease,
  'start-load': startLoad,
  'await-load': awaitLoad,
  'read-counters': readCounters,
}

const handlerOf = (action: Action) => ACTIONS[action.kind] as Handler<ActionKind>

/** Does an action; rejects with AppError when it cannot, and when the signal aborts. */
export const perform = (session: RunSession, action: Action, signal: AbortSignal): Promise<void> =>
  handlerOf(action).run(session, action as never, signal)

/** The commands that an action would run. */
export const planAction = async (context: PlanContext, action: Action): Promise<PlannedCommand[]> =>
  handlerOf(action).plan(context, action as never)
