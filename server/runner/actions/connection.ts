import { setTimeout as sleep } from 'node:timers/promises'
import { execAt } from '../../drivers/at'
import { disconnection, planConnection } from '../../drivers/connection'
import { fail } from './fault'
import { type Handler, planned, plannedExec } from './handler'
import { inject, injectionCommand } from './inject'

const TIMEOUT_MS = 15_000
const CHECK_MS = 200

/** Takes away what the preflight has found, by the undo and the lease of every fault. */
export const disconnect: Handler<'disconnect'> = {
  plan: (context, { connection, title }) => {
    const { place, argv } = disconnection(context.lab, connection)
    const purpose = `${title}; its settings, MAC and addresses as found before`
    return [planned(place, injectionCommand(context, { id: 'disconnect', place, argv }), purpose)]
  },
  run: (session, { connection, event, title, mode, moves, undo }, signal) => {
    const found = session.foundFor(connection)
    const change = { id: 'disconnect', event, title, mode, moves, ...disconnection(session.lab, found) }
    return fail(session, { ...change, undo: [...undo, found] }, signal)
  },
}

/** The first command is the moment at which it is put back; the rest, where there is any, makes it as it was before. */
export const reconnect: Handler<'reconnect'> = {
  plan: (context, { connection, title }) => {
    const { lab, tag } = context
    const { apply, check, title: goal } = planConnection(lab, connection)
    const options = { tag: tag('reconnect'), timeoutMs: TIMEOUT_MS }
    const [first, ...rest] = apply
    return [
      ...(first ? [planned(first.place, injectionCommand(context, { id: 'reconnect', ...first }), title)] : []),
      ...rest.map(({ place, argv }) => plannedExec(lab, place, argv, options, goal)),
      plannedExec(lab, check.place, check.argv, options, `Check: ${goal}`, 'until it holds'),
    ]
  },
  run: async (session, { connection, title, mode }, signal) => {
    const found = session.foundFor(connection)
    const { apply, check, isMet } = planConnection(session.lab, found)
    const options = { tag: session.tag('reconnect'), timeoutMs: TIMEOUT_MS, signal }
    const [first, ...rest] = apply
    if (first) await inject(session, { id: 'reconnect', event: 'setup', title, mode, ...first, undo: [] }, signal)
    for (const { place, argv } of rest) await execAt(session.access(), place, argv, options)
    while (!isMet(await execAt(session.access(), check.place, check.argv, options)))
      await sleep(CHECK_MS, undefined, { signal })
  },
}
