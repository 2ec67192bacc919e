import type { Finding } from '../../domain/check'
import type { NodeAnswer } from '../../domain/cluster'
import type { Lab } from '../../domain/lab'
import type { LabAccess } from '../../drivers/at'
import { askNode } from '../../drivers/junos'
import { asAppError } from '../../errors'
import { softwareVersion } from '../versions'
import { type About, type CheckOptions, fine, type Part, within, wrong } from './finding'
import { groupFindings } from './groups'

const TIMEOUT_MS = 5000

type Node = Lab['cluster']['nodes'][number]
type Asked = { node: Node; answer: NodeAnswer; version: string | null }

async function ask(access: LabAccess, node: Node, options: CheckOptions): Promise<Asked> {
  const limits = { ...options, timeoutMs: TIMEOUT_MS }
  const failed = (cause: unknown): NodeAnswer => ({ kind: 'no-answer', reason: asAppError(cause).message })
  const [answer, version] = await Promise.all([
    within(options.signal, () => askNode(access, node.name, limits)).then((poll) => poll.answer, failed),
    within(options.signal, () => softwareVersion(access, node.instance, limits)).catch(() => null),
  ])
  return { node, answer, version }
}

function cliFinding(lab: Lab, { node, answer }: Asked): Finding {
  const place = { instance: node.instance }
  const about: About = { id: `cli/${node.name}`, group: 'cluster', place, title: `CLI of ${node.name}` }
  const expected = '"show chassis cluster status" with every redundancy group'
  switch (answer.kind) {
    case 'status':
      return fine(about, `answers, ${answer.status.groups.length} redundancy groups`, expected)
    case 'not-clustered': {
      const hint = 'Set chassis cluster up on this node, or take the node out of the lab file.'
      return wrong(about, 'differs', { found: 'chassis cluster is not enabled', expected, hint })
    }
    case 'garbled': {
      const hint = `Run "${lab.cluster.cli.join(' ')}" on ${node.instance} by hand; the dashboard cannot read that table.`
      return wrong(about, 'differs', { found: answer.reason, expected, hint })
    }
    case 'no-answer': {
      const hint = `Run "${lab.cluster.cli.join(' ')}" on ${node.instance} by hand, see journalctl -u ${lab.cluster.unit} there, and cluster.cli in the lab file.`
      return wrong(about, 'missing', { found: answer.reason, expected, hint })
    }
  }
}

function versionFindings(asked: readonly Asked[]): Finding[] {
  const own = asked.map(({ node, version }): Finding => {
    const title = `Software of ${node.name}`
    const about: About = { id: `software/${node.name}`, group: 'cluster', place: { instance: node.instance }, title }
    if (version !== null) return fine(about, version)
    const hint = '"show version" there prints none that is known.'
    return wrong(about, 'unknown', { found: 'no version', expected: 'a version', hint })
  })
  const known = asked.flatMap(({ version }) => (version === null ? [] : [version]))
  if (known.length < 2) return own
  const about: About = { id: 'software', group: 'cluster', place: null, title: 'Same software on both nodes' }
  const words = asked.map(({ node, version }) => `${node.name} ${version}`).join(', ')
  if (new Set(known).size === 1) return [...own, fine(about, known[0] ?? '', 'the same version')]
  const hint = 'Install the same version on both nodes: sessions may not be synced between versions.'
  return [...own, wrong(about, 'differs', { found: words, expected: 'the same version', hint })]
}

/** What the nodes say of the cluster: those of `up` whose unit runs. */
export async function checkCluster(
  access: LabAccess,
  up: readonly Node[],
  active: ReadonlySet<string>,
  options: CheckOptions,
): Promise<Part> {
  const { lab } = access
  const nodes = up.filter(({ instance }) => active.has(instance))
  const asked = await Promise.all(nodes.map((node) => ask(access, node, options)))
  const views = asked.flatMap(({ node, answer }) => (answer.kind === 'status' ? [{ node, status: answer.status }] : []))
  const silent = up.filter((node) => !nodes.includes(node))
  const skipped = silent.map(({ name, instance }) => ({
    ...{ place: { instance }, what: `CLI and software of ${name}` },
    reason: `${lab.cluster.unit} is not seen to run there`,
  }))
  const findings = [
    ...asked.map((one) => cliFinding(lab, one)),
    ...versionFindings(asked.filter(({ answer }) => answer.kind === 'status')),
  ]
  if (views.length === 0) {
    const reason = 'no node answers with a status'
    return { findings, skipped: [...skipped, { place: null, what: 'primaries, manual failovers', reason }] }
  }
  return { findings: [...findings, ...groupFindings(lab, views)], skipped }
}
