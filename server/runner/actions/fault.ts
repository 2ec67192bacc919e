import type { RunSession } from '../session'
import { type Handler, planned } from './handler'
import { type Injection, inject, injectionCommand } from './inject'

/** A change that is the fault of the run. */
export async function fail(session: RunSession, change: Injection, signal: AbortSignal): Promise<void> {
  // All that came until now is baseline; what shows from here on may be the fault.
  const endBaseline = () => session.probes.forEach((probe) => void probe.endBaseline())
  session.faultAtMs = await inject(session, change, signal, endBaseline)
}

/** Makes a node fail, or come back: what a failover or a reversion is measured from. */
export const fault: Handler<'fault'> = {
  plan: (context, { fault }) => [planned(fault.place, injectionCommand(context, fault), fault.title)],
  run: (session, { fault }, signal) => fail(session, fault, signal),
}
