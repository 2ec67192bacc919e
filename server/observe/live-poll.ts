import type { NodeAnswer } from '../domain/cluster'
import type { AnyLab } from '../domain/lab'
import type { LeaseInfo } from '../domain/ports'
import { execAt, type LabAccess } from '../drivers/at'
import { type ClockOffset, clockOffset } from '../drivers/clock'
import { askNode, showClusterInformation, showClusterInterfaces } from '../drivers/junos'
import { parseClusterInformation, parseClusterInterfaces } from '../drivers/junos-parse'
import { readLease } from '../drivers/lease-read'
import { asAppError, type ErrorCode } from '../errors'
import { isLinkUp, parseLinks } from './instance-facts'
import type { HostHealth, NodeLive } from './live-types'

const TAG = 'observe/live'
const TIMEOUT_MS = 3000
const LEASE_TIMEOUT_MS = 3000

const STEPS: Partial<Record<ErrorCode, string>> = {
  'ssh-connect': 'connect',
  'ssh-timeout': 'connect',
  'ssh-host-key': 'host key',
  'ssh-auth': 'login',
  'ssh-lost': 'connection',
}

/** How a host answers an empty command. Never rejects. */
export async function hostHealth(access: LabAccess<AnyLab>, id: string, signal: AbortSignal): Promise<HostHealth> {
  try {
    const options = { tag: TAG, timeoutMs: TIMEOUT_MS, signal }
    const { startedMs, endedMs } = await execAt(access, { host: id }, ['true'], options)
    return { id, state: 'ok', step: null, message: null, hint: null, rttMs: endedMs - startedMs, clock: null }
  } catch (cause) {
    const { code, message, hint = null } = asAppError(cause)
    return { id, state: 'failed', step: STEPS[code] ?? 'command', message, hint, rttMs: null, clock: null }
  }
}

/** What a node says of the cluster. Never rejects: a question that did not reach it is `no-answer` with the reason. */
export async function nodeAnswer(
  access: LabAccess,
  node: string,
  signal: AbortSignal,
): Promise<{ node: string; atMs: number; answer: NodeAnswer }> {
  const atMs = Date.now()
  try {
    const { answer } = await askNode(access, node, { tag: TAG, timeoutMs: TIMEOUT_MS, signal })
    return { node, atMs, answer }
  } catch (cause) {
    return { node, atMs, answer: { kind: 'no-answer', reason: asAppError(cause).message } }
  }
}

/** Who holds the lab; null for nobody, or when that cannot be read. */
export async function leaseInfo(access: LabAccess<AnyLab>, signal: AbortSignal): Promise<LeaseInfo | null> {
  const options = { tag: TAG, timeoutMs: LEASE_TIMEOUT_MS, signal }
  return readLease(access, options).then(
    (reading) => (reading && reading.state !== 'incomplete' ? reading.info : null),
    () => null,
  )
}

type Details = Pick<NodeLive, 'interfaces' | 'information'>

/** Interfaces and weights as a node shows them; null where it does not. Never rejects. */
export async function nodeDetails(access: LabAccess, node: string, signal: AbortSignal): Promise<Details> {
  const instance = access.lab.cluster.nodes.find(({ name }) => name === node)?.instance ?? node
  const ask = async <T>(argv: string[], parse: (text: string) => T): Promise<T | null> => {
    const options = { tag: TAG, timeoutMs: TIMEOUT_MS, signal }
    const result = await execAt(access, { instance }, argv, options).catch(() => null)
    return result?.exitCode === 0 && !result.truncated ? parse(result.stdout) : null
  }
  const [interfaces, information] = await Promise.all([
    ask(showClusterInterfaces(access.lab), parseClusterInterfaces),
    ask(showClusterInformation(access.lab), (text) => parseClusterInformation(text, node)),
  ])
  return { interfaces, information }
}

/** "instance/linux name" -> is the link up, for one instance; empty when it cannot be read. */
export async function instanceLinks(
  access: LabAccess,
  instance: string,
  signal: AbortSignal,
): Promise<Record<string, boolean>> {
  const options = { tag: TAG, timeoutMs: TIMEOUT_MS, signal }
  const result = await execAt(access, { instance }, ['ip', '-j', 'link'], options).catch(() => null)
  const links = result?.exitCode === 0 ? parseLinks(result.stdout) : null
  return Object.fromEntries((links ?? []).map((link) => [`${instance}/${link.ifname}`, isLinkUp(link)]))
}

/** A host's clock against ours, roughly: three samples; null when it cannot be read. */
export const hostClock = (access: LabAccess<AnyLab>, host: string, signal: AbortSignal): Promise<ClockOffset | null> =>
  clockOffset(access, { host }, { tag: TAG, signal, samples: 3 }).catch(() => null)
