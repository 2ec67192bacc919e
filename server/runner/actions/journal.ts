import { execAt } from '../../drivers/at'
import { journalSince } from '../../drivers/journal'
import { type Handler, plannedExec } from './handler'

const TIMEOUT_MS = 8000
const BEFORE_MS = 10_000

/** Both nodes' journal around T0. A node that is down has none to give, which is no fault of the run. */
export const collectJournal: Handler<'collect-journal'> = {
  plan: ({ lab, tag }) =>
    lab.cluster.nodes.map(({ instance }) =>
      plannedExec(
        lab,
        { instance },
        journalSince(lab.cluster.unit, Date.now()),
        { tag: tag('journal'), timeoutMs: TIMEOUT_MS },
        'Journal around T0',
      ),
    ),
  run: async (session, _action, signal) => {
    const access = session.access()
    const t0Ms = session.faultAtMs || Date.now()
    // The earlier one where the node's clock was set meanwhile.
    const sinceMs = (instance: string) =>
      t0Ms - BEFORE_MS + Math.min(...session.clocks.map((clocks) => clocks[instance]?.offsetMs ?? 0))
    const options = { tag: session.tag('journal'), timeoutMs: TIMEOUT_MS, signal }
    const ask = ({ instance }: { instance: string }) =>
      execAt(access, { instance }, journalSince(session.lab.cluster.unit, sinceMs(instance)), options)
    await Promise.allSettled(session.lab.cluster.nodes.map(ask))
    signal.throwIfAborted()
  },
}
