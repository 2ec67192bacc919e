import type { Fault } from '../../domain/case'
import { placeName } from '../../domain/place'
import { AppError } from '../../errors'
import { type Change, changeCommand, changeLab } from './change'
import { type Handler, planned } from './handler'

const changeOf = ({ id, title, place, argv, undo }: Fault): Change => ({ tag: `fault-${id}`, title, place, argv, undo })

/** Makes a node fail, or come back: what a failover or a reversion is measured from. */
export const fault: Handler<'fault'> = {
  plan: ({ lab, tag }, { fault }) => [planned(fault.place, changeCommand(lab, changeOf(fault), tag), fault.title)],
  run: async (session, { fault }, signal) => {
    const { event, title, mode, place, mayFail } = fault
    const { result, t0, commandId } = await changeLab(session, changeOf(fault), signal, () => {
      // All that came until now is baseline; what shows from here on may be the fault.
      for (const probe of session.probes.values()) probe.endBaseline()
    })
    if (result.exitCode !== 0 && !mayFail)
      throw new AppError('command-failed', `${title}: the command exited with ${result.exitCode}`, {
        stderrTail: result.stderr.slice(-500),
        hint: result.stderr.slice(0, 300) || 'Its output stands in the raw output.',
      })
    session.fault = t0
    session.faultAtMs = result.startedMs
    await session.emit({
      kind: 'fault-injected',
      event,
      title,
      mode,
      place,
      commandId,
      t0,
      clock: placeName(place),
      exitCode: result.exitCode,
    })
  },
}
