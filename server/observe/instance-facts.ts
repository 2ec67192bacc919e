import { z } from 'zod'
import type { LabSnapshot } from '../domain/snapshot'
import { LIST_TAGGED } from '../drivers/place'
import { isVolatileAddress, isVolatileTag } from './volatile'

const SEPARATOR = '=== failover-lab ==='

/** Arguments: pattern of tagged processes, unit. One round trip for all that is read inside an instance. */
const SCRIPT = `ip -j address 2>&1; echo '${SEPARATOR}'; ip -j route 2>&1; echo '${SEPARATOR}'
${LIST_TAGGED}; echo '${SEPARATOR}'; [ -z "$2" ] || systemctl is-active "$2" 2>&1; echo '${SEPARATOR}'
[ -n "$2" ] || cat /etc/resolv.conf 2>&1; exit 0`

/** Reads addresses, routes, tagged processes and, with a unit, whether it is active; without one, who resolves names. */
export const instanceFactsArgv = (pattern: string, unit: string | null): string[] => [
  ...['sh', '-c', SCRIPT, 'sh', pattern],
  unit ?? '',
]

const LinkSchema = z.object({
  ifname: z.string(),
  flags: z.array(z.string()).default([]),
  operstate: z.string().default('UNKNOWN'),
  address: z.string().default(''),
  mtu: z.number().nullable().default(null),
  altnames: z.array(z.string()).default([]),
  /** Bridge that it is a port of. */
  master: z.string().nullable().default(null),
  addr_info: z
    .array(
      z.object({
        local: z.string().optional(),
        prefixlen: z.number().optional(),
        scope: z.string().optional(),
        temporary: z.boolean().optional(),
      }),
    )
    .default([]),
})
export type Link = z.infer<typeof LinkSchema>

/** "10.0.60.1/24": those that somebody gave it, in order. */
export const addressesOf = ({ addr_info }: Pick<Link, 'addr_info'>): string[] =>
  addr_info
    .filter((address) => address.local && !isVolatileAddress(address))
    .map(({ local, prefixlen }) => `${local}/${prefixlen ?? 32}`)
    .sort()

const RouteSchema = z.object({
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  prefsrc: z.string().optional(),
  metric: z.number().optional(),
  type: z.string().optional(),
})

function parseList<T>(schema: z.ZodType<T>, text: string): T[] | null {
  try {
    const items = z.array(z.unknown()).parse(JSON.parse(text))
    return items.map((item) => schema.safeParse(item)).flatMap((parsed) => (parsed.success ? [parsed.data] : []))
  } catch {
    return null
  }
}

/** Output of `ip -j address` or `ip -j link`; null when it is not that. */
export const parseLinks = (text: string): Link[] | null => parseList(LinkSchema, text)

/** Whether a link carries traffic: administratively up, and a carrier below. */
export const isLinkUp = ({ flags, operstate }: Pick<Link, 'flags' | 'operstate'>): boolean =>
  flags.includes('UP') && (flags.includes('LOWER_UP') || operstate === 'UP')

function linkFacts(links: Link[]): [string, string][] {
  return links
    .filter(({ ifname }) => ifname !== 'lo')
    .flatMap((link): [string, string][] => [
      [`link/${link.ifname}/mac`, link.address],
      [`link/${link.ifname}/state`, isLinkUp(link) ? 'up' : 'down'],
      [`link/${link.ifname}/mtu`, String(link.mtu ?? 'unknown')],
      [`link/${link.ifname}/addresses`, addressesOf(link).join(' ')],
    ])
}

function routesIn(text: string): string[] | null {
  const routes = parseList(RouteSchema, text)
  if (!routes) return null
  const described = routes.map(({ dst, gateway, dev, prefsrc, metric, type }) =>
    [
      type,
      dst,
      gateway && `via ${gateway}`,
      dev && `dev ${dev}`,
      prefsrc && `src ${prefsrc}`,
      metric && `metric ${metric}`,
    ]
      .filter(Boolean)
      .join(' '),
  )
  return described.sort()
}

/** What a host has of the network; null: it could not be read. */
export type HostNetwork = { addresses: string[] | null; routes: string[] | null; resolver: string | null }

/** What `instanceFactsArgv` printed without a unit, reduced to what a DHCP client might change. */
export function hostNetwork(stdout: string): HostNetwork {
  const [addresses = '', routes = '', , , resolver] = stdout.split(`${SEPARATOR}\n`)
  const links = parseLinks(addresses)
  const named = links?.flatMap(({ ifname, addr_info }) =>
    addr_info
      .filter((address) => address.local && !isVolatileAddress(address))
      .map(({ local, prefixlen }) => `${ifname} ${local}/${prefixlen ?? 32}`),
  )
  return {
    addresses: named?.sort() ?? null,
    routes: routesIn(routes),
    resolver: resolver === undefined ? null : resolverText(resolver),
  }
}

/** resolv.conf on one line, its comments left out. */
const resolverText = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/^[#;].*/, '').trim())
    .filter((line) => line !== '')
    .join('; ') || 'none'

/** Tags of the app's processes in `pgrep -a -f` output, those that come and go left out. */
export function taggedProcesses(text: string): string {
  const tags = [...text.matchAll(/FAILOVER_LAB_RUN=([A-Za-z0-9._:/-]+)/g)].map((match) => match[1] ?? '')
  return [...new Set(tags.filter((tag) => !isVolatileTag(tag)))].sort().join(' ') || 'none'
}

/** What `instanceFactsArgv` printed, as snapshot facts below the instance's name. */
export function instanceFacts(name: string, stdout: string, unit: string | null): LabSnapshot {
  const [addresses = '', routes = '', processes = '', state = '', resolver] = stdout.split(`${SEPARATOR}\n`)
  const links = parseLinks(addresses)
  const facts: [string, string][] = [
    ...(links ? linkFacts(links) : [['links', 'not readable'] as [string, string]]),
    ['routes', routesIn(routes)?.join('; ') ?? 'not readable'],
    ['processes', taggedProcesses(processes)],
    ...(unit ? [[`unit/${unit}`, state.trim()] as [string, string]] : []),
    ...(unit || resolver === undefined ? [] : [['resolver', resolverText(resolver)] as [string, string]]),
  ]
  return Object.fromEntries(facts.map(([key, value]) => [`${name}/${key}`, value]))
}
