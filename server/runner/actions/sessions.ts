import type { Lab } from '../../domain/lab'
import { execAt } from '../../drivers/at'
import { showSessionsTo } from '../../drivers/junos'
import { parseFlowSessions } from '../../drivers/junos-parse'
import { asAppError } from '../../errors'
import { type Handler, plannedExec } from './handler'

const TIMEOUT_MS = 15_000

const serversOf = (lab: Lab): string[] => [...new Set(lab.traffic.map(({ server }) => `${server}/32`))]

/** The session table towards the traffic servers, from both nodes. A node that does not answer is recorded as such. */
export const recordSessions: Handler<'record-sessions'> = {
  plan: ({ lab, tag }, { label }) =>
    lab.cluster.nodes.flatMap(({ instance }) =>
      serversOf(lab).map((server) =>
        plannedExec(
          lab,
          { instance },
          showSessionsTo(lab, server),
          { tag: tag(`sessions-${label}`), timeoutMs: TIMEOUT_MS },
          `Session table ${label} the fault`,
        ),
      ),
    ),
  run: async (session, { label }, signal) => {
    const access = session.access()
    const ask = async (instance: string) => {
      const options = { tag: session.tag(`sessions-${label}`), timeoutMs: TIMEOUT_MS, signal }
      const answers = await Promise.all(
        serversOf(session.lab).map((server) =>
          execAt(access, { instance }, showSessionsTo(session.lab, server), options),
        ),
      )
      if (answers.some(({ exitCode, truncated }) => exitCode !== 0 || truncated)) return null
      return answers.flatMap(({ stdout }) => parseFlowSessions(stdout).sessions)
    }
    await Promise.all(
      session.lab.cluster.nodes.map(async ({ name, instance }) => {
        const sessions = await ask(instance).catch((error: unknown) => {
          signal.throwIfAborted()
          void session.emit({
            kind: 'note',
            level: 'warning',
            message: `${name}: no session table: ${asAppError(error).message}`,
            hint: null,
          })
          return null
        })
        await session.emit({ kind: 'sessions', label, node: name, sessions })
      }),
    )
  },
}
