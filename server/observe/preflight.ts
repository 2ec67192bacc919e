import type { NodePoll } from '../domain/cluster'
import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster, type Lab, nodesOf } from '../domain/lab'
import type { CongestionNeed } from '../domain/load'
import { placeName } from '../domain/place'
import type { RunContext } from '../domain/run'
import { execAt, type LabAccess } from '../drivers/at'
import { clockOffset } from '../drivers/clock'
import { isRunning, listInstances, parseInstances } from '../drivers/incus'
import { askNode } from '../drivers/junos'
import { asAppError } from '../errors'
import { preferredNode } from '../topology/lookups'
import { type AskOptions, installHint, placesOfTool, softwareVersion, toolVersion } from './versions'

/** What one check found; the hint says how to mend it and is null when it is fine. */
export type Check = { id: string; title: string; ok: boolean; found: string; hint: string | null }

const TIMEOUT_MS = 5000

export const checkOf = (id: string, title: string, ok: boolean, found: string, hint: string): Check => ({
  ...{ id, title, ok, found },
  hint: ok ? null : hint,
})

/** A check that could not be made is not passed: the error is what it found. */
export async function guarded(id: string, title: string, make: () => Promise<Check>): Promise<Check> {
  try {
    return await make()
  } catch (cause) {
    const error = asAppError(cause)
    if (error.code === 'cancelled') throw error
    return { id, title, ok: false, found: error.message, hint: error.hint ?? null }
  }
}

/** Every host answers over SSH: one check a host. */
export const checkHosts = (access: LabAccess<AnyLab>, options: AskOptions): Promise<Check[]> =>
  Promise.all(
    access.lab.hosts.map(({ id, title = id }) =>
      guarded(`host-${id}`, `${title} reachable`, async () => {
        const result = await execAt(access, { host: id }, ['true'], { ...options, timeoutMs: TIMEOUT_MS })
        const ms = Math.round(result.endedMs - result.startedMs)
        const hint = 'Its login shell must run commands: try "ssh HOST true" by hand.'
        return checkOf(`host-${id}`, `${title} reachable`, result.exitCode === 0, `answers in ${ms} ms`, hint)
      }),
    ),
  )

/** Every instance of the lab file exists and runs. */
export const checkInstances = (access: LabAccess, options: AskOptions): Promise<Check> =>
  guarded('instances', 'Instances running', async () => {
    const { lab } = access
    const place = { host: lab.containers.host }
    const result = await execAt(access, place, listInstances(lab), { ...options, timeoutMs: TIMEOUT_MS })
    if (result.exitCode !== 0) {
      const hint = `"${lab.containers.command.join(' ')} list" must work for the SSH user (group incus-admin, or a prefix such as sudo in containers.command).`
      return checkOf('instances', 'Instances running', false, result.stderr.trim().slice(-300), hint)
    }
    const found = parseInstances(result.stdout)
    const missing = lab.instances.filter(({ name }) => !isRunning(found.get(name)))
    const states = missing.map(({ name }) => `${name} is ${found.get(name)?.status.toLowerCase() ?? 'absent'}`)
    const start = missing.map(({ name }) => `${lab.containers.command.join(' ')} start ${name}`).join('; ')
    const text = states.join(', ') || `${lab.instances.length} of ${lab.instances.length}`
    return checkOf('instances', 'Instances running', missing.length === 0, text, `On ${lab.containers.host}: ${start}`)
  })

/**
 * Each tool is where it is needed, and those of `nodeTools` in both nodes: one check each, with the versions
 * ("ping@cluster-lan-host" -> "20221126").
 */
export async function checkTools(
  access: LabAccess<AnyLab>,
  tools: readonly string[],
  options: AskOptions,
  nodeTools: readonly string[] = [],
): Promise<{ checks: Check[]; versions: Record<string, string> }> {
  const versions: Record<string, string> = {}
  const nodes = nodesOf(access.lab).map(({ instance }) => ({ instance }))
  const needs = [
    ...tools.map((tool) => ({ tool, where: '', places: placesOfTool(access.lab, tool) })),
    ...nodeTools.map((tool) => ({ tool, where: ' in both nodes', places: nodes })),
  ]
  const checks = needs.map(({ tool, where, places }) =>
    guarded(`tool-${tool}${where && '-nodes'}`, `${tool} present${where}`, async () => {
      const found = await Promise.all(places.map((place) => toolVersion(access, tool, place, options)))
      for (const { place, version } of found) if (version) versions[`${tool}@${placeName(place)}`] = version
      const missing = found.filter(({ version }) => version === null)
      const text = found.map((one) => `${placeName(one.place)}: ${one.version ?? one.found}`).join(', ')
      const hint = missing.map(({ place }) => installHint(tool, place)).join('; ')
      return checkOf(
        `tool-${tool}${where && '-nodes'}`,
        `${tool} present${where}`,
        missing.length === 0,
        text || 'not needed by this lab',
        hint,
      )
    }),
  )
  return { checks: await Promise.all(checks), versions }
}

/** Software version of each node that says it. Nodes that cannot be asked are left out. */
export async function softwareVersions(access: LabAccess, options: AskOptions): Promise<Record<string, string>> {
  const versions = await Promise.all(
    access.lab.cluster.nodes.map(async ({ name, instance }) => {
      const version = await softwareVersion(access, instance, options).catch(() => null)
      return [name, version] as const
    }),
  )
  return Object.fromEntries(versions.flatMap(([name, version]) => (version === null ? [] : [[name, version]])))
}

/** The kernel that sends knows the congestion control; a module that is not loaded is not listed. */
export const checkCongestion = (
  access: LabAccess,
  { at, algorithm }: CongestionNeed,
  options: AskOptions,
): Promise<Check> => {
  const title = `TCP congestion control ${algorithm} available`
  return guarded('congestion', title, async () => {
    const argv = ['sysctl', '-n', 'net.ipv4.tcp_available_congestion_control']
    const { stdout, stderr } = await execAt(access, at, argv, { ...options, timeoutMs: TIMEOUT_MS })
    const found = stdout.trim()
    const hint = `On the machine whose kernel ${placeName(at)} runs on: modprobe tcp_${algorithm}`
    const said = found || stderr.trim().slice(-300) || 'nothing'
    return checkOf('congestion', title, found.split(/\s+/).includes(algorithm), said, hint)
  })
}

/** Both nodes asked for the cluster status. Rejects with `ssh-…`. */
export const askNodes = (access: LabAccess, options: AskOptions): Promise<NodePoll[]> =>
  Promise.all(access.lab.cluster.nodes.map(({ name }) => askNode(access, name, { ...options, timeoutMs: TIMEOUT_MS })))

const problemsOf = (lab: Lab, polls: readonly NodePoll[], expected: string): string[] =>
  polls.flatMap(({ node, answer }) => {
    if (answer.kind === 'no-answer' || answer.kind === 'garbled') return [`${node}: ${answer.kind} (${answer.reason})`]
    if (answer.kind === 'not-clustered') return [`${node}: chassis cluster is not enabled`]
    return lab.cluster.redundancyGroups.flatMap(({ id }) => {
      const rows = answer.status.groups.find(({ redundancyGroup }) => redundancyGroup === id)?.nodes ?? []
      const primaries = rows.filter(({ state }) => state === 'primary').map((row) => row.node)
      if (primaries.length === 1 && primaries[0] === expected && rows.length > 1) return []
      if (primaries.length === 1 && primaries[0] === expected) return [`${node} sees no peer in group ${id}`]
      return [`${node} sees ${primaries.join(' and ') || 'no primary'} in group ${id}`]
    })
  })

/** One primary per group, the expected one (the node with the highest priority unless told), and both nodes agree. */
export function checkPrimaries(lab: Lab, polls: readonly NodePoll[], expected = preferredNode(lab)?.name ?? ''): Check {
  const problems = problemsOf(lab, polls, expected)
  const unit = lab.cluster.unit
  const hint = `Look at "systemctl status ${unit}" and "show chassis cluster status" on both nodes; a node that was just started takes its hold time.`
  const title = `${expected} primary of every redundancy group`
  return checkOf('primaries', title, problems.length === 0, problems.join('; ') || 'both nodes agree', hint)
}

/** Both nodes say something that can be read, whatever it is: else nothing could be judged. */
export function checkAnswers(lab: Lab, polls: readonly NodePoll[]): Check {
  const silent = polls.flatMap(({ node, answer }) =>
    answer.kind === 'no-answer' || answer.kind === 'garbled' ? [`${node}: ${answer.kind} (${answer.reason})`] : [],
  )
  const hint = `Try "${lab.cluster.cli.join(' ')} -c 'show chassis cluster status'" on that node by hand.`
  return checkOf('answers', 'Both nodes answer', silent.length === 0, silent.join('; ') || 'both', hint)
}

/** Redundancy groups with a manual failover that nobody reset. */
export function manualGroups(polls: readonly NodePoll[]): number[] {
  const groups = polls.flatMap(({ answer }) =>
    answer.kind === 'status' ? answer.status.groups.filter(({ nodes }) => nodes.some(({ manual }) => manual)) : [],
  )
  return [...new Set(groups.map(({ redundancyGroup }) => redundancyGroup))].sort((a, b) => a - b)
}

/** No group has a manual failover left: it would block the takeover. */
export function checkManualFailover(lab: Lab, polls: readonly NodePoll[]): Check {
  const stale = manualGroups(polls)
  const found = stale.map((id) => `group ${id}`).join(', ') || 'none'
  const resets = stale.map((id) => `request chassis cluster failover reset redundancy-group ${id}`).join('; ')
  const hint = `Choose "Reset and run", or on a node: ${lab.cluster.cli.join(' ')} -c "${resets}"`
  return checkOf('manual-failover', 'No stale manual failover', stale.length === 0, found, hint)
}

/** Every place whose clock is compared with another: hosts, nodes, probe and capture places. */
export function clockPlaces(lab: AnyLab): Place[] {
  const places: Place[] = [
    ...lab.hosts.map(({ id }) => ({ host: id })),
    ...nodesOf(lab).map(({ instance }) => ({ instance })),
    ...lab.targets.flatMap(({ from, captureAt }) => (captureAt ? [from, captureAt.at] : [from])),
    ...(hasCluster(lab) ? lab.cluster.reths : []).flatMap(({ garpObserver }) =>
      garpObserver ? [garpObserver.at] : [],
    ),
  ]
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()]
}

/** Clock offset of every place, by name. One place after another: load on the way widens the error. */
export async function checkClocks(
  access: LabAccess<AnyLab>,
  options: AskOptions,
): Promise<{ check: Check; clocks: RunContext['clocks'] }> {
  const clocks: RunContext['clocks'] = {}
  const result = await guarded('clocks', 'Clock offsets known', async () => {
    for (const place of clockPlaces(access.lab)) clocks[placeName(place)] = await clockOffset(access, place, options)
    const text = Object.entries(clocks)
      .map(([name, { offsetMs, errorMs }]) => `${name} ${offsetMs.toFixed(1)} ± ${errorMs.toFixed(1)} ms`)
      .join(', ')
    return checkOf('clocks', 'Clock offsets known', true, text, '')
  })
  return { check: result, clocks }
}
