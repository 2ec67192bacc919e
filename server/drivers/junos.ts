import type { NodePoll } from '../domain/cluster'
import type { Lab } from '../domain/lab'
import { AppError, asAppError } from '../errors'
import { epochMs } from '../transport/now'
import type { ExecResult } from '../transport/remote'
import { execAt, type LabAccess } from './at'
import { parseClusterStatus } from './junos-parse'

const cli = (lab: Lab, command: string): string[] => [...lab.cluster.cli, '-c', command]

export const showClusterStatus = (lab: Lab): string[] => cli(lab, 'show chassis cluster status')

export const showClusterInterfaces = (lab: Lab): string[] => cli(lab, 'show chassis cluster interfaces')

/** Weights per redundancy group: the status table has none. */
export const showClusterInformation = (lab: Lab): string[] => cli(lab, 'show chassis cluster information')

export const showConfiguration = (lab: Lab): string[] => cli(lab, 'show configuration')

/** With what the applied groups give, at its place. */
export const showConfigurationExpanded = (lab: Lab): string[] => cli(lab, 'show configuration | display inheritance')

/** Only the lines of the configuration that hold a text. */
export const showConfigurationWith = (lab: Lab, text: string): string[] =>
  cli(lab, `show configuration | match ${text}`)

export const showVersion = (lab: Lab): string[] => cli(lab, 'show version')

/** Filtered on the device: a firewall may hold ten million sessions. */
export const showSessionsTo = (lab: Lab, address: string): string[] =>
  cli(lab, `show security flow session destination-prefix ${address}`)

/** Sets the manual flag as well, which blocks a later takeover until `failoverReset`. */
export const failoverTo = (lab: Lab, redundancyGroup: number, nodeId: number): string[] =>
  cli(lab, `request chassis cluster failover redundancy-group ${redundancyGroup} node ${nodeId}`)

export const failoverReset = (lab: Lab, redundancyGroup: number): string[] =>
  cli(lab, `request chassis cluster failover reset redundancy-group ${redundancyGroup}`)

export type AskOptions = { tag: string; timeoutMs?: number; signal?: AbortSignal }

const ASK_TIMEOUT_MS = 2000

function noAnswer(result: ExecResult): string {
  const said = result.stderr.trim() || result.stdout.trim()
  return said.slice(-300) || (result.exitCode === null ? `ended by ${result.signal}` : `exit ${result.exitCode}`)
}

/** What a node's CLI said: a status, "not clustered", something garbled, or nothing since the daemon is down. */
export function clusterAnswer(result: ExecResult): NodePoll['answer'] {
  const answer = parseClusterStatus(result.stdout || result.stderr)
  if (answer.kind === 'not-clustered') return answer
  if (result.exitCode !== 0) return { kind: 'no-answer', reason: noAnswer(result) }
  if (result.truncated)
    return { kind: 'garbled', reason: 'more than 10 MB of output', raw: result.stdout.slice(0, 65536) }
  return answer
}

/**
 * Asks one node for the cluster status. A CLI that cannot connect, exits non-zero or does not return in time is the
 * answer `no-answer`. Rejects only when the question did not reach the node: `ssh-…`, `cancelled`.
 */
export async function askNode(access: LabAccess, nodeName: string, options: AskOptions): Promise<NodePoll> {
  const node = access.lab.cluster.nodes.find(({ name }) => name === nodeName)
  if (!node) throw new AppError('bad-input', `the lab has no node "${nodeName}"`)
  const startMs = epochMs()
  const poll = (answer: NodePoll['answer']): NodePoll => ({ node: nodeName, startMs, endMs: epochMs(), answer })
  try {
    const place = { instance: node.instance }
    const timeoutMs = options.timeoutMs ?? ASK_TIMEOUT_MS
    const result = await execAt(access, place, showClusterStatus(access.lab), { ...options, timeoutMs })
    return poll(clusterAnswer(result))
  } catch (cause) {
    const error = asAppError(cause)
    if (error.code !== 'command-timeout') throw error
    return poll({ kind: 'no-answer', reason: error.message })
  }
}
