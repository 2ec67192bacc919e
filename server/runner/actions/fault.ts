import { execCommand } from '../../drivers/at'
import { parseStamped, stamped } from '../../drivers/fault'
import { commandAt } from '../../drivers/place'
import { AppError } from '../../errors'
import { beforeChange } from './before-change'
import { type Handler, planned } from './handler'

const TIMEOUT_MS = 20_000

/** What makes the lab fail or come back: its undo is durable and the lease armed before it is done. */
export const fault: Handler<'fault'> = {
  plan: ({ lab, tag }, { fault: { place, argv, title, id } }) => [
    planned(place, commandAt(lab, place, stamped(argv), { tag: tag(`fault-${id}`), timeoutMs: TIMEOUT_MS }), title),
  ],
  run: async (session, { fault: { id, event, title, mode, place, argv, mayFail, undo } }, signal) => {
    await beforeChange(session, title, undo)
    signal.throwIfAborted()
    // All that came until now is baseline; what shows from here on may be the fault.
    for (const probe of session.probes.values()) probe.endBaseline()
    const command = commandAt(session.lab, place, stamped(argv), {
      tag: session.tag(`fault-${id}`),
      timeoutMs: TIMEOUT_MS,
    })
    const result = await execCommand(session.access(), command, { timeoutMs: TIMEOUT_MS, signal })
    const stamps = parseStamped(result.stdout)
    if (!stamps)
      throw new AppError('command-failed', `${title}: no time stamps came back, so T0 is unknown`, {
        hint: `The command printed: ${(result.stderr || result.stdout).slice(0, 300)}`,
      })
    if (result.exitCode !== 0 && !mayFail)
      throw new AppError('command-failed', `${title}: the command exited with ${result.exitCode}`, {
        stderrTail: result.stderr.slice(-500),
        hint: result.stderr.slice(0, 300) || 'Its output stands in the raw output.',
      })
    const clock = 'instance' in place ? place.instance : place.host
    const commandId = session.recorder.idOf(command) ?? ''
    session.fault = stamps.t0
    session.faultAtMs = result.startedMs
    await session.emit({
      kind: 'fault-injected',
      event,
      title,
      mode,
      place,
      commandId,
      t0: stamps.t0,
      clock,
      exitCode: result.exitCode,
    })
  },
}
