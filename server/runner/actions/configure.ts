import type { ConfigChange } from '../../domain/case'
import type { Lab } from '../../domain/lab'
import { execAt } from '../../drivers/at'
import { showConfiguration, showConfigurationExpanded, showConfigurationWith } from '../../drivers/junos'
import { parseConfiguration } from '../../drivers/junos-config-parse'
import { configureOutcome, configurePolicy, policiesIn } from '../../drivers/junos-configure'
import { AppError, asAppError } from '../../errors'
import { epochMs } from '../../transport/now'
import type { RunSession } from '../session'
import { type Change, changeCommand, changeLab } from './change'
import { type Handler, planned, plannedExec } from './handler'
import { plannedWatch, startWatch, type Watched, watchOf } from './questions'

const READ_TIMEOUT_MS = 8000
const MAX_TEXT = 4000

function instanceOf(lab: Lab, name: string): string {
  const node = lab.cluster.nodes.find((candidate) => candidate.name === name)
  if (node) return node.instance
  throw new AppError('bad-input', `the lab has no node "${name}"`)
}

const changeOf = (lab: Lab, { id, title, node, change, policy, undo }: ConfigChange): Change => ({
  ...{ tag: `configure-${id}`, title, undo },
  place: { instance: instanceOf(lab, node) },
  argv: configurePolicy(lab, change, policy),
})

/** Changes a node's configuration by its CLI; that the node refuses is an answer, and what it is asked for. */
export const configure: Handler<'configure'> = {
  plan: ({ lab, tag }, { change }) => {
    const planning = changeOf(lab, change)
    return [planned(planning.place, changeCommand(lab, planning, tag), change.title)]
  },
  run: async (session, { change: asked }, signal) => {
    const { result, t0, during, output, commandId } = await changeLab(session, changeOf(session.lab, asked), signal)
    const { id, title, node, change, policy } = asked
    const text = `${output}\n${result.stderr}`.trim()
    await session.emit({
      ...{ kind: 'config-changed', id, title, node, change, policy, commandId, t0, during, exitCode: result.exitCode },
      clock: instanceOf(session.lab, node),
      outcome: configureOutcome(text),
      text: text.slice(-MAX_TEXT),
    })
  },
}

const watched = (
  lab: Lab,
  { prefix, ...times }: { prefix: string; intervalMs: number; durationS: number },
): Watched => ({
  ...{ id: 'policies', ...times },
  questions: [showConfigurationWith(lab, prefix)],
})

/** Both nodes' policies of the run, over one open channel each, for the rest of it. */
export const watchPolicies: Handler<'watch-policies'> = {
  plan: (context, action) => plannedWatch(context, watched(context.lab, action), 'Policies in the configuration'),
  run: (session, action, signal) =>
    startWatch<string>(
      session,
      watched(session.lab, action),
      {
        read: (_node, { stdout }) => {
          const found = policiesIn(stdout)
          return found && new Map(action.policies.flatMap((name) => (found.has(name) ? [[name, name] as const] : [])))
        },
        changed: (node, policy, present, interval) =>
          void session.emit({ kind: 'policy-seen', node, policy, present, interval }).catch(() => {}),
      },
      signal,
    ),
}

export const awaitPolicy: Handler<'await-policy'> = {
  plan: () => [],
  run: (session, { policy, present, afterMs }, signal) =>
    watchOf(session, 'policies').until((facts) => facts.has(policy) === present, epochMs() + afterMs, signal),
}

const READS = [showConfiguration, showConfigurationExpanded] as const

/** The configuration as a node prints it; null when it did not answer, or with what is none. */
async function readOne(session: RunSession, instance: string, argv: string[], signal: AbortSignal) {
  const options = { tag: session.tag('read'), timeoutMs: READ_TIMEOUT_MS, signal }
  const result = await execAt(session.access(), { instance }, argv, options).catch((cause: unknown) => {
    if (asAppError(cause).code === 'command-timeout') return null
    throw cause
  })
  return result?.exitCode === 0 && !result.truncated ? parseConfiguration(result.stdout) : null
}

/** The configuration of both nodes, as it is written and expanded. */
export const readConfig: Handler<'read-config'> = {
  plan: ({ lab, tag }) =>
    lab.cluster.nodes.flatMap(({ instance }) =>
      READS.map((argv) =>
        plannedExec(lab, { instance }, argv(lab), { tag: tag('read'), timeoutMs: READ_TIMEOUT_MS }, 'Configuration'),
      ),
    ),
  run: async (session, _action, signal) => {
    await Promise.all(
      session.lab.cluster.nodes.map(async ({ name: node, instance }) => {
        const [written = null, expanded = null] = await Promise.all(
          READS.map((argv) => readOne(session, instance, argv(session.lab), signal)),
        )
        await session.emit({ kind: 'config-read', node, written, expanded })
      }),
    )
  },
}
