import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster, type Lab, type WanLab } from '../domain/lab'
import { lanHostOf } from '../domain/lan-host'
import { placeName } from '../domain/place'
import { execAt, type LabAccess } from '../drivers/at'
import { showVersion } from '../drivers/junos'
import { parseVersion } from '../drivers/junos-parse'

export type AskOptions = { tag: string; signal?: AbortSignal }

/** A tool where it is used; version is null when it is not there, `found` is what it said. */
export type ToolVersion = { tool: string; place: Place; version: string | null; found: string }

const TIMEOUT_MS = 5000

const VERSION_ARGV: Record<string, string[]> = {
  ping: ['ping', '-V'],
  iperf3: ['iperf3', '--version'],
  tcpdump: ['tcpdump', '--version'],
  ip: ['ip', '-V'],
  arping: ['arping', '-V'],
  fping: ['fping', '-v'],
  socat: ['socat', '-V'],
  ss: ['ss', '-V'],
}

/** Debian packages of tools that are not named like them. */
const PACKAGES: Record<string, string> = {
  ping: 'iputils-ping',
  arping: 'iputils-arping',
  ip: 'iproute2',
  pgrep: 'procps',
  pkill: 'procps',
  timeout: 'coreutils',
  env: 'coreutils',
  setsid: 'util-linux',
  'systemd-run': 'systemd',
  systemctl: 'systemd',
  journalctl: 'systemd',
  dhclient: 'isc-dhcp-client',
  sysctl: 'procps',
  ss: 'iproute2',
  locust: 'python3-locust',
}

/** What makes a tool print its version. */
export const versionArgument = (tool: string): string => VERSION_ARGV[tool]?.[1] ?? '--version'

/** The command that gets a tool on Debian. */
export const installArgv = (tool: string): string[] => ['apt-get', 'install', '-y', PACKAGES[tool] ?? tool]

/** How a missing tool is got on Debian. */
export const installHint = (tool: string, place: Place): string =>
  `On ${placeName(place)}: apt-get install ${PACKAGES[tool] ?? tool}`

/** Where a case needs a tool: where probes and traffic start, where packets are captured, where a VIP or a lease is asked for. */
export function placesOfTool(lab: AnyLab, tool: string): Place[] {
  const named = new Map(
    (hasCluster(lab) ? placesInCluster(lab, tool) : placesInWan(lab, tool)).map((place) => [
      JSON.stringify(place),
      place,
    ]),
  )
  return [...named.values()]
}

function placesInWan({ targets, wan }: WanLab, tool: string): Place[] {
  const pve = [{ host: wan.pve.host }]
  const probing = targets.map(({ from }) => from)
  const places: Record<string, Place[]> = {
    ...{ ping: probing, fping: probing, locust: wan.requests ? [{ host: wan.requests.host }] : [] },
    ...{ tcpdump: pve, socat: pve, ss: pve, ip: pve },
  }
  return places[tool] ?? []
}

function placesInCluster(lab: Lab, tool: string): Place[] {
  const garpObservers = lab.cluster.reths.flatMap(({ garpObserver }) => (garpObserver ? [garpObserver.at] : []))
  const observers = [...garpObservers, ...lab.targets.flatMap(({ captureAt }) => (captureAt ? [captureAt.at] : []))]
  const client = lab.cluster.dhcp ? lanHostOf(lab) : null
  const asking = client ? [{ instance: client.instance }] : []
  const loading = lab.throughput ? [lab.throughput.from] : []
  const places: Record<string, Place[]> = {
    ping: lab.targets.map(({ from }) => from),
    iperf3: [...lab.traffic.map(({ from }) => from), ...loading],
    sysctl: loading,
    tcpdump: [...observers, ...asking],
    arping: garpObservers,
    dhclient: asking,
  }
  return places[tool] ?? []
}

/** "3.12" out of "iperf 3.12 (cJSON 1.7.15)", "20221126" out of "ping from iputils 20221126". */
export const versionIn = (text: string): string | null => /\d+(?:\.\d+)+|\d{8}/.exec(text)?.[0] ?? null

/** One tool at one place. Rejects with `ssh-…` when the place cannot be asked. */
export async function toolVersion(
  access: LabAccess<AnyLab>,
  tool: string,
  place: Place,
  options: AskOptions,
): Promise<ToolVersion> {
  const argv = VERSION_ARGV[tool] ?? [tool, '--version']
  const { exitCode, stdout, stderr } = await execAt(access, place, argv, { ...options, timeoutMs: TIMEOUT_MS })
  const found = `${stdout}\n${stderr}`.trim().split('\n')[0]?.trim() ?? ''
  if (exitCode === 0) return { tool, place, version: versionIn(`${stdout}\n${stderr}`) ?? 'unknown', found }
  return { tool, place, version: null, found: found || `exit ${exitCode}` }
}

/** Software version of a node by its CLI; null when it does not say. */
export async function softwareVersion(
  access: LabAccess,
  instance: string,
  options: AskOptions,
): Promise<string | null> {
  const result = await execAt(access, { instance }, showVersion(access.lab), { ...options, timeoutMs: TIMEOUT_MS })
  return result.exitCode === 0 ? parseVersion(result.stdout).version : null
}
