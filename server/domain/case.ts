import { z } from 'zod'
import { IdSchema, PlaceSchema } from './ids'
import { ImpairmentSchema } from './impairment'
import { CongestionNeedSchema, LoadSchema } from './load'
import { ScenarioStepSchema } from './scenario'
import { CapturePhaseSchema, HttpLoadSchema, NicCaptureSchema } from './wan-run'

/** A name that Junos takes for a policy, a zone. */
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/)
const policy = { fromZone: name, toZone: name, name }

/** A security policy that permits everything from one zone to another. */
export const PolicySchema = z.object(policy)
export type Policy = z.infer<typeof PolicySchema>

/** A device of an instance and the link that it is inside, as they were before it was taken away. */
export const DevicePresentSchema = z.object({
  kind: z.literal('device-present'),
  instance: IdSchema,
  /** Name in the container config ("wan-vf"). */
  device: z.string(),
  /** Its settings in the instance's own config; null: it comes from a profile. */
  settings: z.record(z.string(), z.string()).nullable(),
  /** The MAC that the container tool keeps for it by itself (`volatile.DEVICE.hwaddr`); null: none. */
  keptMac: z.string().nullable(),
  linux: z.string(),
  /** Names by which it may come back inside, before it is renamed. */
  otherNames: z.array(z.string()),
  mac: z.string(),
  mtu: z.number(),
  up: z.boolean(),
  /** Its own ones, those of the VIPs left out: they go where the primary is. */
  addresses: z.array(z.string()),
})
export type DevicePresent = z.infer<typeof DevicePresentSchema>

/** The link state that a physical function sets for one of its virtual functions; null: not known before a run. */
export const VfLinkSchema = z.object({
  kind: z.literal('vf-link'),
  host: IdSchema,
  pf: z.string().nullable(),
  vf: z.number().nullable(),
  state: z.enum(['auto', 'enable']),
})
export type VfLink = z.infer<typeof VfLinkSchema>

/** A link of a host, such as a bridge, administratively up. */
export const LinkUpSchema = z.object({ kind: z.literal('link-up'), host: IdSchema, link: z.string() })
export type LinkUp = z.infer<typeof LinkUpSchema>

/** What a lab looked like before a change, as a state to come back to; applying it twice does no harm. */
export const DesiredStateSchema = z.discriminatedUnion('kind', [
  DevicePresentSchema,
  VfLinkSchema,
  LinkUpSchema,
  z.object({ kind: z.literal('unit-active'), instance: IdSchema, unit: z.string() }),
  z.object({ kind: z.literal('instance-running'), instance: IdSchema }),
  /** The node that held the group before, and no manual-failover flag left. */
  z.object({ kind: z.literal('group-primary'), redundancyGroup: z.number(), node: z.string() }),
  z.object({ kind: z.literal('no-manual-failover'), redundancyGroup: z.number() }),
  /** A security policy that a run made is in the configuration of this node no more. */
  z.object({ kind: z.literal('policy-absent'), node: z.string(), ...policy }),
  /** No test lease is held on the interface, and no file of the request is left. */
  z.object({ kind: z.literal('dhcp-released'), instance: IdSchema, interface: z.string() }),
  /** A WANulator passes everything on, with one emulator. */
  z.object({ kind: z.literal('link-good'), vm: z.int() }),
])
export type DesiredState = z.infer<typeof DesiredStateSchema>

/**
 * What a fault is to the run: the failure or the return that is measured (its T0), or a change that only makes the
 * situation in which that is measured.
 */
export const FaultEventSchema = z.enum(['failover', 'reversion', 'setup'])
export type FaultEvent = z.infer<typeof FaultEventSchema>

/** When something was read: before the fault, while it lasts, after it was mended. */
export const MomentSchema = z.enum(['before', 'during', 'restored'])
export type Moment = z.infer<typeof MomentSchema>

export const FaultSchema = z.object({
  id: z.string(),
  event: FaultEventSchema,
  title: z.string(),
  /** How it was done ("clean stop", "kill -9", "forced instance stop"); named in the result. */
  mode: z.string(),
  place: PlaceSchema,
  argv: z.array(z.string()).min(1),
  /** A refusal of the device is part of it: the run goes on. */
  mayFail: z.boolean().optional(),
  /** Committed before the fault, applied last-in first-out on any ending. */
  undo: z.array(DesiredStateSchema).min(1),
})
export type Fault = z.infer<typeof FaultSchema>

/** A change of the configuration of one node, by its CLI: a policy is set or deleted, and the change committed. */
export const ConfigChangeSchema = z.object({
  id: z.string(),
  title: z.string(),
  node: z.string(),
  change: z.enum(['set', 'delete']),
  policy: PolicySchema,
  /** Committed before the change; empty for a deletion, which is what the undo of its making is. */
  undo: z.array(DesiredStateSchema),
})
export type ConfigChange = z.infer<typeof ConfigChangeSchema>

/** A link or device that is taken away and put back, as the lab file declares it; a run goes by how it found it. */
export const ConnectionSchema = z.discriminatedUnion('kind', [DevicePresentSchema, VfLinkSchema, LinkUpSchema])
export type Connection = z.infer<typeof ConnectionSchema>

/** A link inside an instance, by its Linux name. */
export const LinkNameSchema = z.object({ instance: IdSchema, linux: z.string() })
export type LinkName = z.infer<typeof LinkNameSchema>

/** What is captured on the nodes' own members of the RETHs: echo requests that leave by one, or the ARP that all of them send. */
export const MemberCaptureSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('requests'), node: z.string(), reth: z.string() }),
  z.object({ what: z.literal('arp') }),
])
export type MemberCapture = z.infer<typeof MemberCaptureSchema>

/** What a step does. The runner has one handler for each; adding one here breaks the build until it has. */
export const ActionSchema = z.discriminatedUnion('kind', [
  /** Reachable, tools and versions, clocks, primaries, no stale manual failover, targets answer, probe calibrated. */
  z.object({
    kind: z.literal('preflight'),
    targets: z.array(IdSchema),
    tools: z.array(z.string()),
    /** Tools that both nodes must have. */
    nodeTools: z.array(z.string()).optional(),
    /** What the run is to take away and put back: looked at, and refused where that is not possible. */
    connections: z.array(ConnectionSchema).optional(),
    /** Goes on whatever the state of the cluster, or of the links, is: whether it has formed is what is judged, or the roles are to be changed. */
    anyState: z.boolean().optional(),
    congestion: CongestionNeedSchema.optional(),
  }),
  /** `intervalMs`: for all of them, in place of the lab file's and what the calibration found. */
  z.object({
    kind: z.literal('start-probes'),
    targets: z.array(IdSchema),
    durationS: z.number(),
    intervalMs: z.number().optional(),
    /** ping unless told. */
    tool: z.enum(['ping', 'fping']).optional(),
  }),
  z.object({ kind: z.literal('stop-probes') }),
  z.object({ kind: z.literal('start-traffic'), traffic: z.array(IdSchema), durationS: z.number() }),
  z.object({ kind: z.literal('stop-traffic') }),
  z.object({
    kind: z.literal('start-capture'),
    durationS: z.number(),
    members: MemberCaptureSchema.optional(),
  }),
  z.object({ kind: z.literal('stop-capture'), members: MemberCaptureSchema.optional() }),
  z.object({ kind: z.literal('watch-cluster'), intervalMs: z.number(), durationS: z.number() }),
  z.object({ kind: z.literal('read-cluster'), label: MomentSchema.optional() }),
  /** How links are: name, MAC, state, MTU, addresses. */
  z.object({ kind: z.literal('read-links'), label: MomentSchema, links: z.array(LinkNameSchema) }),
  /** Asks who has the VIP, once a second, from where its announcements can be seen: for every RETH. */
  z.object({ kind: z.literal('start-arping'), durationS: z.number() }),
  z.object({ kind: z.literal('stop-arping') }),
  z.object({ kind: z.literal('baseline'), durationMs: z.number() }),
  /** The probes run for so long, whatever they show. */
  z.object({ kind: z.literal('run-probes'), durationMs: z.number() }),
  /** Towards the traffic servers, towards the targets that lie beyond the cluster as well, or towards TC-8's server. */
  z.object({
    kind: z.literal('record-sessions'),
    label: z.enum(['before', 'after']),
    to: z.enum(['traffic', 'traffic-and-targets', 'throughput']),
  }),
  /** Asks both nodes again and again, for the rest of the run, for their own sessions towards the traffic servers. */
  z.object({ kind: z.literal('watch-sessions'), intervalMs: z.number(), durationS: z.number() }),
  /** Reads the session table of a node that has come back until it has what the other node had, or is primary again. */
  z.object({ kind: z.literal('await-session-sync'), node: z.string() }),
  z.object({ kind: z.literal('fault'), fault: FaultSchema }),
  /** Asks both nodes again and again, for the rest of the run, which of these policies are in their configuration. */
  z.object({
    kind: z.literal('watch-policies'),
    /** What their names have in common: only lines that hold it are asked for. */
    prefix: z.string(),
    policies: z.array(z.string()).min(1),
    intervalMs: z.number(),
    durationS: z.number(),
  }),
  z.object({ kind: z.literal('configure'), change: ConfigChangeSchema }),
  /** Until both nodes answer that the policy is there, or is not, to a question asked `afterMs` from now or later. */
  z.object({ kind: z.literal('await-policy'), policy: z.string(), present: z.boolean(), afterMs: z.number() }),
  /** The configuration of both nodes, as it is written and with what its groups give. */
  z.object({ kind: z.literal('read-config') }),
  z.object({
    kind: z.literal('disconnect'),
    connection: ConnectionSchema,
    event: FaultEventSchema,
    title: z.string(),
    mode: z.string(),
    /** Redundancy groups that are to move to the other node. */
    moves: z.array(z.number()),
    /** Besides the connection itself. */
    undo: z.array(DesiredStateSchema),
  }),
  /** Puts back what was taken away, and waits until it is as before. */
  z.object({ kind: z.literal('reconnect'), connection: ConnectionSchema, title: z.string(), mode: z.string() }),
  z.object({ kind: z.literal('wait-primary'), node: z.string(), redundancyGroups: z.array(z.number()) }),
  /** Until loss is back within what the baseline shows for validationMs on every crossing probe. */
  z.object({ kind: z.literal('settle'), validationMs: z.number() }),
  /** Clock offsets once more: whether a clock was set since the preflight. */
  z.object({ kind: z.literal('read-clocks') }),
  z.object({ kind: z.literal('collect-journal') }),
  /** Addresses, routes and resolver of an instance, to be compared with another moment. */
  z.object({ kind: z.literal('read-host-network'), instance: IdSchema, label: z.enum(['before', 'after']) }),
  /** Asks for a DHCP lease on an interface, under an identity of its own; nothing of it is applied there. */
  z.object({
    kind: z.literal('request-lease'),
    instance: IdSchema,
    interface: z.string(),
    /** So long an answer is waited for. */
    waitS: z.number(),
    undo: z.array(DesiredStateSchema).min(1),
  }),
  z.object({ kind: z.literal('release-lease'), instance: IdSchema, interface: z.string() }),
  /** A client at full speed; the step goes on once it is connected. */
  z.object({ kind: z.literal('start-load'), load: LoadSchema }),
  /** Until the load has ended by itself. */
  z.object({ kind: z.literal('await-load'), load: LoadSchema }),
  /** Drops and errors of every LAN and WAN interface, to be compared with another moment. */
  z.object({ kind: z.literal('read-counters'), label: z.enum(['before', 'after']) }),
  /** What a WANulator does to its link from now on. */
  z.object({
    kind: z.literal('impair'),
    /** Id of the link's ISP. */
    link: IdSchema,
    impairment: ImpairmentSchema,
    event: FaultEventSchema,
    title: z.string(),
    mode: z.string(),
    /** Empty where it makes the link good again. */
    undo: z.array(DesiredStateSchema),
  }),
  /** What WANulators do to their links from now on, all at once; one that does so already is left as it is. */
  z.object({
    kind: z.literal('set-links'),
    links: z
      .array(
        z.object({
          /** Id of the link's ISP. */
          link: IdSchema,
          impairment: ImpairmentSchema,
          /** A `.wcfg` that the impairment is put into, for what else stands in it; left out: nothing else is to happen. */
          wcfg: z.string().optional(),
        }),
      )
      .min(1),
    title: z.string(),
    undo: z.array(DesiredStateSchema).min(1),
  }),
  /** A WANulator's VM is switched off, if it runs, and on again; once its console answers, its link is made good. */
  z.object({
    kind: z.literal('restart-wanulator'),
    /** Id of the link's ISP. */
    link: IdSchema,
    title: z.string(),
    undo: z.array(DesiredStateSchema).min(1),
  }),
  /** Captures headers on NICs of the PVE host and analyses them as they come. */
  z.object({ kind: z.literal('start-wan-capture'), captures: z.array(NicCaptureSchema).min(1), durationS: z.number() }),
  /** What the captured packets are taken for from now on. */
  z.object({ kind: z.literal('wan-phase'), phase: CapturePhaseSchema }),
  /** The traffic has ended: what is missing from now on is no gap. */
  z.object({ kind: z.literal('stop-wan-capture'), captures: z.array(NicCaptureSchema) }),
  z.object({ kind: z.literal('start-requests'), load: HttpLoadSchema }),
  z.object({ kind: z.literal('stop-requests') }),
  /** Steps at relative times on several hosts, started together. */
  z.object({
    kind: z.literal('run-schedule'),
    steps: z.array(ScenarioStepSchema).min(1),
    files: z.record(z.string(), z.string()),
    /** Common start, epoch ms; null: as soon as every host is armed. */
    startAtMs: z.number().nullable(),
    /** Longest that a step of unknown length may take, ms. */
    limitMs: z.number(),
    undo: z.array(DesiredStateSchema),
  }),
])
export type Action = z.infer<typeof ActionSchema>
export type ActionKind = Action['kind']

export const StepSchema = z.object({
  id: IdSchema,
  title: z.string(),
  actions: z.array(ActionSchema),
  budgetMs: z.number().positive(),
  /** A wait that runs out is a finding (the criterion fails), not the end of the run. */
  onTimeout: z.enum(['end-run', 'continue']).default('end-run'),
})
export type Step = z.infer<typeof StepSchema>

/** One field of a case's form, derived from its zod schema. */
export const ParamFieldSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  type: z.enum(['number', 'boolean', 'choice', 'text']),
  choices: z.array(z.object({ value: z.string(), title: z.string() })).default([]),
  default: z.union([z.string(), z.number(), z.boolean()]).nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  unit: z.string().nullable(),
})
export type ParamField = z.infer<typeof ParamFieldSchema>

/** A case as the UI and the API show it, for one lab. */
export const CaseViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  objective: z.string(),
  destructive: z.boolean(),
  /** Where it is destructive, forwarding stops for a while, or may. */
  outage: z.boolean(),
  /** The boolean parameter with which it is destructive; null when none makes a difference. */
  destructiveWhen: z.string().nullable(),
  /** An operation changes the lab on purpose and leaves it so; a test leaves it as it was. */
  kind: z.enum(['test', 'operation']),
  /** Why it cannot run on this lab; null when it can. */
  blocked: z.string().nullable(),
  fields: z.array(ParamFieldSchema),
  criteria: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      limit: z.string().nullable(),
      when: z.string().nullable().describe('judged only in runs with this boolean parameter; null: in all'),
    }),
  ),
  headline: z.object({ title: z.string(), limitMs: z.number() }).nullable(),
})
export type CaseView = z.infer<typeof CaseViewSchema>

/** One command of the plan: argv is what the SSH channel gets on `host`; text is the same, quoted for a terminal. */
export const PlannedCommandSchema = z.object({
  host: z.string(),
  place: z.string(),
  argv: z.array(z.string()),
  text: z.string(),
  purpose: z.string(),
  /** "once", "every 250 ms", "until it holds". */
  repeat: z.string(),
})
export type PlannedCommand = z.infer<typeof PlannedCommandSchema>

export const PlanStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  budgetMs: z.number(),
  changesLab: z.boolean(),
  startsProbes: z.boolean(),
  commands: z.array(PlannedCommandSchema),
})
export type PlanStep = z.infer<typeof PlanStepSchema>
