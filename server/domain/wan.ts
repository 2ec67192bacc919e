import { z } from 'zod'
import { IdSchema } from './ids'

const linux = z.string().regex(/^[\w.-]{1,15}$/, 'expected the name of a network interface')

const mac = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'expected a MAC address')

/** A PVE host, by its entry under `hosts`; `command` may carry a prefix (["sudo", "qm"]). */
export const PveSchema = z.strictObject({
  host: IdSchema,
  command: z.array(z.string().min(1)).min(1).default(['qm']),
})

/** What a cable leads to. */
export const PluggedSchema = z.union([
  /** A port of the router. */
  z.strictObject({ port: z.string().min(1) }),
  z.strictObject({ isp: IdSchema }),
])
export type Plugged = z.infer<typeof PluggedSchema>

/** What is at the other end of a cable, in words: "vni-0/1.0", "Starlink-1". */
export const plugName = ({ isps }: Pick<Wan, 'isps'>, plugged: Plugged): string =>
  'port' in plugged ? plugged.port : (isps.find(({ id }) => id === plugged.isp)?.title ?? plugged.isp)

/** A physical NIC of the PVE host. */
export const WanNicSchema = z.strictObject({
  /** Linux name on the PVE host. */
  name: linux,
  /** The bridge whose only port it is ("vmbr3"); what is left out is not compared. */
  bridge: linux.optional(),
  /** null: no cable. */
  plugged: PluggedSchema.nullable().default(null),
})
export type WanNic = z.infer<typeof WanNicSchema>

export const WanulatorSchema = z.strictObject({
  /** VM id on the PVE host. */
  vm: z.int().min(100).max(999_999_999),
  title: z.string().min(1),
  /**
   * The two NICs that it bridges: by its own interface (net0, net1 of the VM), the PVE NIC behind it. `mac`: the VM's own;
   * left out, it is not compared.
   */
  nics: z
    .array(z.strictObject({ guest: linux, nic: linux, mac: mac.optional() }))
    .length(2)
    .transform((nics) => nics as [WanulatorNic, WanulatorNic]),
})
export type WanulatorNic = { guest: string; nic: string; mac?: string | undefined }
export type Wanulator = z.infer<typeof WanulatorSchema>

/** How the WANulators are logged in to, over their serial console, and what emulates inside. */
export const WanConsoleSchema = z.strictObject({
  user: z
    .string()
    .regex(/^[a-z_][\w.-]{0,31}$/i, 'expected a user name')
    .default('root'),
  /** Name of the environment variable that holds the password. */
  passwordEnv: z.string().min(1),
  /** Path of the emulator inside the VM; called with -dc FILE. */
  emulator: z
    .string()
    .regex(/^\/[\w./-]+$/, 'expected an absolute path')
    .default('/root/wanulator2-headless'),
})

export const WanPortSchema = z.strictObject({
  /** As the router calls it ("vni-0/1.0"). */
  id: z.string().min(1),
  title: z.string().min(1).optional(),
})
export type WanPort = z.infer<typeof WanPortSchema>

/** What the router goes by; notes for the engineer, nothing is judged by them. */
export const WanSlaSchema = z.strictObject({
  latencyMs: z.number().positive().optional(),
  jitterMs: z.number().positive().optional(),
  lossPercent: z.number().min(0).max(100).optional(),
  /** How often it compares its paths. */
  recomputeS: z.number().positive().optional(),
  policy: z.string().min(1).optional(),
  note: z.string().min(1).optional(),
})

export const IspSchema = z.strictObject({
  id: IdSchema,
  title: z.string().min(1),
  kind: z.enum(['satellite', 'wired', 'cellular', 'other']),
  /** 1 is the one that the router prefers. */
  priority: z.int().min(1),
})
export type Isp = z.infer<typeof IspSchema>

/** A host behind the router that makes traffic, by its entry under `hosts`. */
export const EdgeNodeSchema = z.strictObject({ host: IdSchema, title: z.string().min(1).optional() })

/** HTTP servers on the far side, and how many users an edge node sends there (locust). */
export const WanRequestsSchema = z.strictObject({
  /** By its entry under `hosts`. */
  host: IdSchema,
  urls: z.array(z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))).min(1),
  users: z.int().min(1).max(10_000).default(60),
  spawnPerS: z.number().positive().default(8),
})

/** Links to several ISPs, each through a WANulator on a PVE host, to one router. */
export const WanSchema = z.strictObject({
  pve: PveSchema,
  nics: z.array(WanNicSchema).min(2),
  wanulators: z.array(WanulatorSchema).min(1),
  console: WanConsoleSchema,
  router: z.strictObject({
    title: z.string().min(1),
    ports: z.array(WanPortSchema).min(1),
    sla: WanSlaSchema.optional(),
  }),
  isps: z.array(IspSchema).min(1),
  edgeNodes: z.array(EdgeNodeSchema).min(1),
  /** Without it no HTTP load is sent. */
  requests: WanRequestsSchema.optional(),
})
export type Wan = z.infer<typeof WanSchema>

/** What of a WAN says how its links go. */
export type WanWiring = Pick<Wan, 'nics' | 'wanulators' | 'router' | 'isps'>

/** One end of a link: the WANulator's interface there, and the PVE NIC that it is bridged with. */
export type WanEnd = { guest: string; nic: WanNic }

/** A whole path: router port – PVE NIC – WANulator – PVE NIC – ISP. */
export type WanLink = {
  /** Id of its ISP. */
  id: string
  wanulator: Wanulator
  port: WanPort
  isp: Isp
  /** Traffic that leaves here goes to the router. */
  toRouter: WanEnd
  /** Traffic that leaves here goes to the ISP. */
  toIsp: WanEnd
}

function endsOf(wan: WanWiring, { nics }: Wanulator): WanEnd[] {
  return nics.flatMap(({ guest, nic: name }) => {
    const nic = wan.nics.find((candidate) => candidate.name === name)
    return nic ? [{ guest, nic }] : []
  })
}

/** The links that are whole, the one that the router prefers first; unhooked WANulators are none. */
export function wanLinks(wan: WanWiring): WanLink[] {
  const links = wan.wanulators.flatMap((wanulator) => {
    const ends = endsOf(wan, wanulator)
    const toRouter = ends.find(({ nic }) => nic.plugged && 'port' in nic.plugged)
    const toIsp = ends.find(({ nic }) => nic.plugged && 'isp' in nic.plugged)
    const port = wan.router.ports.find(({ id }) => plugs(toRouter, 'port', id))
    const isp = wan.isps.find(({ id }) => plugs(toIsp, 'isp', id))
    return toRouter && toIsp && port && isp ? [{ id: isp.id, wanulator, port, isp, toRouter, toIsp }] : []
  })
  return links.sort((a, b) => a.isp.priority - b.isp.priority)
}

const plugs = (end: WanEnd | undefined, what: 'port' | 'isp', id: string): boolean => {
  const plugged = end?.nic.plugged
  return plugged ? (what in plugged ? Object.values(plugged)[0] === id : false) : false
}

/** A WANulator's two ends; of one through which no path leads in the order of its NICs. */
export function linkEnds(wan: Wan, wanulator: Wanulator): Pick<WanLink, 'toRouter' | 'toIsp'> {
  const link = wanLinks(wan).find((candidate) => candidate.wanulator.vm === wanulator.vm)
  if (link) return link
  const [toRouter, toIsp] = wanulator.nics.map(
    ({ guest, nic }): WanEnd => ({ guest, nic: { name: nic, plugged: null } }),
  )
  return { toRouter, toIsp } as Pick<WanLink, 'toRouter' | 'toIsp'>
}

/** WANulators through which no path leads. */
export const unhookedWanulators = (wan: Wan): Wanulator[] => {
  const used = new Set(wanLinks(wan).map(({ wanulator }) => wanulator.vm))
  return wan.wanulators.filter(({ vm }) => !used.has(vm))
}
