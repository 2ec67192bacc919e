import { z } from 'zod'
import { IdSchema, type Place, PlaceSchema } from './ids'
import { type Wan, WanSchema } from './wan'

const argv = z.array(z.string().min(1)).min(1)
const ms = z.number().positive()
const ipv4 = z.ipv4()
const cidr = z.cidrv4()

/** What Check lab holds a host or an instance against; what is left out is not compared. */
const system = {
  /** As `uname -r` says it, or its beginning: "6.1" is 6.1.0-18-amd64, too. */
  kernel: z.string().min(1).optional(),
  /** Words that must stand in /proc/cmdline ("intel_iommu=on"). */
  bootOptions: z.array(z.string().regex(/^[\w.,:=/@+-]+$/, 'expected one word as in /proc/cmdline')).optional(),
  /** Name -> value, as `sysctl` shows them ("net.ipv4.ip_forward": 1). */
  sysctls: z
    .record(
      z.string().regex(/^[\w-]+([./][\w.-]+)+$/, 'expected the name of a sysctl ("net.ipv4.ip_forward")'),
      z.union([z.string(), z.number()]).transform(String),
    )
    .optional(),
}

/** An SSH endpoint. Exactly one way of authenticating; secrets never stand in the file. */
export const HostSchema = z
  .strictObject({
    id: IdSchema,
    title: z.string().min(1).optional(),
    host: z.string().min(1),
    port: z.int().min(1).max(65535).default(22),
    user: z.string().min(1),
    /** Relative to the lab file. */
    keyFile: z.string().min(1).optional(),
    agent: z.boolean().optional(),
    /** Name of the environment variable that holds the password. */
    passwordEnv: z.string().min(1).optional(),
    /** OpenSSH public key line ("ssh-ed25519 AAAA…") or fingerprint ("SHA256:…"); without it the host is refused. */
    hostKey: z.string().regex(/^(SHA256:|ssh-|ecdsa-)/, 'expected "SHA256:…" or an OpenSSH public key'),
    /** Id of the host to jump through. */
    jump: IdSchema.optional(),
    ...system,
  })
  .refine((h) => [h.keyFile, h.agent, h.passwordEnv].filter(Boolean).length === 1, {
    message: 'expected exactly one of keyFile, agent, passwordEnv',
  })
export type Host = z.infer<typeof HostSchema>

/** A virtual function as its physical one has it (`ip link show dev PF`). */
export const VfSchema = z.strictObject({
  /** Linux name of the physical function on the container host. */
  pf: z.string().regex(/^[\w.-]{1,15}$/, 'expected the name of a network interface'),
  index: z.int().min(0).max(255),
  spoofCheck: z.boolean().optional(),
  trust: z.boolean().optional(),
  linkState: z.enum(['auto', 'enable', 'disable']).optional(),
})
export type Vf = z.infer<typeof VfSchema>

export const InterfaceSchema = z.strictObject({
  /** Junos name in the config ("ge-0/0/1", "fxp1"). */
  name: z.string().min(1),
  /** Linux name inside the instance ("ge-0-0-1"). */
  linux: z.string().min(1),
  /** Name the kernel gave before the rename ("enp6s0"). */
  kernel: z.string().min(1).optional(),
  /** Device name in the container config ("eth1", "wan-vf"). */
  device: z.string().min(1).optional(),
  /** Where that device stands: in the instance's own config, or in a profile (and in which one). */
  source: z.enum(['instance', 'profile']).optional(),
  profile: z.string().min(1).optional(),
  network: z.string().min(1).optional(),
  /** The one that `ip link` shows inside the instance. */
  mac: z.string().optional(),
  driver: z.string().optional(),
  xdp: z.enum(['native', 'generic', 'none']).optional(),
  /** VF PCI address, if it is one. */
  pci: z.string().optional(),
  vf: VfSchema.optional(),
  mtu: z.int().min(68).max(65536).optional(),
  reth: z.string().optional(),
  vlan: z.int().min(1).max(4094).optional(),
  addresses: z.array(cidr).default([]),
  role: z.enum(['management', 'heartbeat', 'fabric', 'lan', 'wan', 'other']),
})
export type LabInterface = z.infer<typeof InterfaceSchema>

export const InstanceSchema = z.strictObject({
  name: IdSchema,
  role: z.enum(['firewall', 'lan-host', 'wan-host']),
  interfaces: z.array(InterfaceSchema).default([]),
  ...system,
})
export type Instance = z.infer<typeof InstanceSchema>

/** Where gratuitous ARP for a VIP can be seen, and with which Linux interface. */
export const ObservationPointSchema = z.strictObject({ at: PlaceSchema, interface: z.string().min(1) })
export type ObservationPoint = z.infer<typeof ObservationPointSchema>

export const RethSchema = z.strictObject({
  name: z.string().regex(/^reth\d+$/, 'expected "reth" and a number'),
  redundancyGroup: z.int().min(0),
  zone: z.string().min(1),
  vip: cidr,
  vlan: z.int().min(1).max(4094).optional(),
  gateway: ipv4.optional(),
  /** Junos names, one per node. */
  members: z.array(z.string().min(1)).min(1),
  /** null: nobody can see it, the GARP criterion is inconclusive. */
  garpObserver: ObservationPointSchema.nullable().default(null),
})
export type Reth = z.infer<typeof RethSchema>

/** A DHCP server on a RETH, and the addresses that it may give: both ends belong to them. */
export const DhcpSchema = z.strictObject({ reth: z.string().min(1), from: ipv4, to: ipv4 })
export type Dhcp = z.infer<typeof DhcpSchema>

/** Where bpfrxd keeps the id of its node. */
export const NODE_ID_FILE = '/etc/bpfrx/node-id'

export const ClusterSchema = z.strictObject({
  id: z.int().min(0),
  /** systemd unit of the cluster daemon. */
  unit: z.string().min(1),
  /** Command of the daemon's CLI inside a node; takes `-c "…"`. */
  cli: argv,
  heartbeat: z.strictObject({ intervalMs: ms, threshold: z.int().min(1), port: z.int().default(4784) }),
  preempt: z.boolean(),
  garpCount: z.int().min(0),
  nodes: z
    .array(
      z.strictObject({
        id: z.int().min(0),
        name: z.string().regex(/^node\d+$/, 'expected "node" and a number'),
        instance: IdSchema,
        priority: z.int().min(0).max(255),
        /** File inside the node that holds its id; when left out, NODE_ID_FILE if it is there. */
        nodeIdFile: z.string().startsWith('/').optional(),
      }),
    )
    .length(2),
  redundancyGroups: z
    .array(
      z.strictObject({
        id: z.int().min(0),
        title: z.string().min(1),
        weight: z.int().default(255),
        /** Groups that move whenever this one does. */
        movesWith: z.array(z.int().min(0)).optional(),
      }),
    )
    .min(1),
  reths: z.array(RethSchema).default([]),
  /** Without it nothing is said of DHCP. */
  dhcp: DhcpSchema.optional(),
})
export type Cluster = z.infer<typeof ClusterSchema>

export const TargetSchema = z.strictObject({
  id: IdSchema,
  title: z.string().min(1),
  address: ipv4,
  from: PlaceSchema,
  /** Only probes that cross the cluster can give the headline Failover Time; none does in a lab without one. */
  crossesCluster: z.boolean().default(false),
  /** Asked of ping -i; the observed spacing is what counts. 5 ms only for a target that the lab owns. */
  intervalMs: ms.default(5),
  /** Where the request side can be captured (TBM cross-check), e.g. on the WAN host. */
  captureAt: ObservationPointSchema.optional(),
})
export type Target = z.infer<typeof TargetSchema>

/** iperf3 towards a server that is already listening; every entry is one client with `parallel` TCP streams. */
export const TrafficSchema = z.strictObject({
  id: IdSchema,
  title: z.string().min(1),
  from: PlaceSchema,
  server: ipv4,
  port: z.int().min(1).max(65535),
  direction: z.enum(['upload', 'download']),
  parallel: z.int().min(1).max(64).default(4),
  /** Per stream; keeps the load from disturbing the probes. */
  bitPerS: z.number().positive(),
})
export type Traffic = z.infer<typeof TrafficSchema>

/** An iperf3 server that is left to TC-8, which takes all there is. */
export const ThroughputSchema = z.strictObject({
  from: PlaceSchema,
  server: ipv4,
  port: z.int().min(1).max(65535),
})
export type Throughput = z.infer<typeof ThroughputSchema>

/** What makes a lab misbehave on purpose, as data. Its commands run at each of its places, one after the other. */
export const SwitchSchema = z.strictObject({
  id: IdSchema,
  title: z.string().min(1),
  /** What an engineer will see of it, in a sentence. */
  expect: z.string().min(1).optional(),
  /** One place, or a list where more than one has to take part. */
  at: z.union([PlaceSchema, z.array(PlaceSchema).min(1)]).transform((at) => [at].flat()),
  on: argv,
  off: argv,
  /** Exits 0 while it is on at that place, 1 while it is off. */
  state: argv.optional(),
})
export type Switch = z.infer<typeof SwitchSchema>

/** Limits of the criteria: ms, where the name says nothing else. */
export const ExpectationsSchema = z.strictObject({
  primaryChangeMs: ms.default(5000),
  failoverTimeMs: ms.default(5000),
  reversionTimeMs: ms.default(5000),
  preemptionMs: ms.default(10000),
  sessionSyncMs: ms.default(2000),
  configSyncMs: ms.default(1000),
  /** Of the probes to a target that "answers" (TC-2), percent. */
  lossPercent: z.number().min(0).max(100).default(1),
  /** At least so much through the cluster (TC-8). */
  throughputBitPerS: z.number().positive().default(1e9),
  /** What the secondary's being there may cost of it, percent. */
  haOverheadPercent: z.number().min(0).max(100).default(10),
  forwardingDelayThresholdMs: ms.default(2000),
  validationMs: ms.default(5000),
  /** So long it is waited after a fault, at most, for the loss to be back at its baseline. */
  settleMs: ms.default(60_000),
  baselineMs: ms.default(5000),
  /** Between the hosts of a timed scenario, for what is to begin at the same time. */
  startSkewMs: ms.default(50),
  /** Longest gap of the traffic when a link of a WAN is degraded or cut. */
  linkGapMs: ms.default(5000),
  /** Until traffic has left a degraded link. */
  linkLeftMs: ms.default(30_000),
  /** Until traffic is on a link again that is good again. */
  linkBackMs: ms.default(60_000),
  /** Changes of the path in a minute, while a link is degraded; more is flapping. */
  pathChangesPerMinute: z.number().min(0).default(2),
  /** HTTP requests that fail, percent. */
  requestFailuresPercent: z.number().min(0).max(100).default(1),
})

const range = (min: number, max: number) =>
  z
    .strictObject({ min: z.number().positive(), max: z.number().positive() })
    .refine((bitPerS) => bitPerS.min <= bitPerS.max, { message: 'expected min ≤ max' })
    .default({ min, max })

/** Throughput that the plan expects, bit/s; shown on the expectations page, no case is judged by it. */
export const PerformanceSchema = z.strictObject({
  /** Through one VF. */
  wanBitPerS: range(6e9, 8e9),
  lanBitPerS: range(12e9, 15e9),
  /** Why a lab's throughput says nothing about hardware, when it does not. */
  note: z.string().min(1).optional(),
})
export type Performance = z.infer<typeof PerformanceSchema>

/** What every lab has. */
const common = {
  id: IdSchema,
  title: z.string().min(1),
  notes: z.string().optional(),
  /** Nothing real is touched, whatever is done to it: switches need no second question. */
  simulated: z.boolean().default(false),
  /** Destructive cases (they stop services or remove devices) are off without it. */
  allowDestructive: z.boolean().default(false),
  hosts: z.array(HostSchema).min(1),
  /** Device clock reads and leases need a writable directory on the host that runs the instances or VMs. */
  leaseDir: z.string().startsWith('/').default('/var/tmp/failover-lab'),
  /** How long the lab host waits for a silent dashboard before it reverts by itself, seconds. */
  leaseS: z.int().min(5).max(3600).default(60),
  expectations: ExpectationsSchema.prefault({}),
  switches: z.array(SwitchSchema).default([]),
}

/** A lab with a cluster, and with a WAN where it has one. Cross-references are checked by `server/topology`. */
export const LabSchema = z.strictObject({
  ...common,
  targets: z.array(TargetSchema.extend({ crossesCluster: z.boolean() })).min(1),
  /** The container tool and the host it runs on; `command` may carry a prefix (["sudo", "incus"]). */
  containers: z.strictObject({ host: IdSchema, command: argv.default(['incus']) }),
  instances: z.array(InstanceSchema).min(1),
  networks: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        role: z.enum(['management', 'heartbeat', 'fabric', 'lan', 'wan', 'other']),
        subnet: cidr.optional(),
        /** Linux bridge on the container host that every interface of this network is a port of. */
        bridge: z.string().min(1).optional(),
      }),
    )
    .default([]),
  cluster: ClusterSchema,
  traffic: z.array(TrafficSchema).default([]),
  /** Without it nothing is said of throughput. */
  throughput: ThroughputSchema.optional(),
  performance: PerformanceSchema.prefault({}),
  wan: WanSchema.optional(),
})
export type Lab = z.infer<typeof LabSchema>

/** A lab that has a WAN and no cluster: no containers, no instances. */
export const WanLabSchema = z.strictObject({ ...common, targets: z.array(TargetSchema).default([]), wan: WanSchema })
export type WanLab = z.infer<typeof WanLabSchema>

/** One lab, as its file says. */
export const AnyLabSchema = z.union([LabSchema, WanLabSchema])
export type AnyLab = Lab | WanLab

export const hasCluster = (lab: AnyLab): lab is Lab => 'cluster' in lab
export const hasWan = <L extends AnyLab>(lab: L): lab is L & { wan: Wan } => lab.wan !== undefined

/** A lab as its WAN's cases know it: of a lab that has a cluster, too, nothing but the WAN. null without one. */
export function wanPart(lab: AnyLab): WanLab | null {
  if (!hasWan(lab)) return null
  if (!hasCluster(lab)) return lab
  const { containers: _c, instances: _i, networks: _n, cluster: _l, traffic: _t, throughput: _h, ...rest } = lab
  const { performance: _p, ...common } = rest
  return {
    ...common,
    targets: lab.targets.flatMap(onHosts),
    switches: lab.switches.filter(({ at }) => at.every(isHost)),
  }
}

const isHost = (place: Place): boolean => 'host' in place

/** A target as far as no instance has a part in it. */
const onHosts = ({ captureAt, ...target }: Target): Target[] =>
  isHost(target.from) ? [{ ...target, ...(captureAt && isHost(captureAt.at) ? { captureAt } : {}) }] : []

/** The host that holds the lease: it runs what a run changes. */
export const leaseHost = (lab: AnyLab): string => (hasCluster(lab) ? lab.containers.host : lab.wan.pve.host)

/** The instances of a lab; none without containers. */
export const instancesOf = (lab: AnyLab): Lab['instances'] => (hasCluster(lab) ? lab.instances : [])
/** The nodes of a lab's cluster; none without one. */
export const nodesOf = (lab: AnyLab): Lab['cluster']['nodes'] => (hasCluster(lab) ? lab.cluster.nodes : [])
