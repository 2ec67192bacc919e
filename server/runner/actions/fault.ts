import type { RunSession } from '../session'
import { type Handler, planned } from './handler'
import { type Change, changeCommand, inject } from './inject'

/** A change that is the fault of the run. */
export async function fail(session: RunSession, change: Change, signal: AbortSignal): Promise<void> {
  // All that came until now is baseline; what shows from here on may be the fault.
  const endBaseline = () => session.probes.forEach((probe) => void probe.endBaseline())
  const { t0, startedMs } = await inject(session, change, signal, endBaseline)
  session.fault = t0
  session.faultAtMs = startedMs
}

/** The one thing that changes the lab: its undo is durable and the lease armed before it is done. */
export const fault: Handler<'fault'> = {
  plan: (context, { fault }) => [planned(fault.place, changeCommand(context, fault), fault.title)],
  run: (session, { fault }, signal) => fail(session, fault, signal),
}
