import { z } from 'zod'
import { FaultEventSchema, MomentSchema, PolicySchema } from './case'
import {
  ClusterInformationSchema,
  ClusterInterfacesSchema,
  FlowSessionSchema,
  NodeAnswerSchema,
  NodeStateSchema,
} from './cluster'
import { DhcpLeaseSchema } from './dhcp'
import { IntervalSchema, PlaceSchema } from './ids'
import { ImpairmentSchema } from './impairment'
import { LinkCountersSchema } from './load'
import { ClocksSchema, CriterionResultSchema, EndingSchema, ReportSchema, RunContextSchema, VerdictSchema } from './run'
import { ScheduledStepSchema } from './scheduled'
import { WanCapturedSchema } from './wan-run'

/** One line of the plan and of the record: what is run where. argv is exact; the app's SSH quoting is not part of it. */
export const CommandSchema = z.object({ place: PlaceSchema, host: z.string(), argv: z.array(z.string()) })
export type Command = z.infer<typeof CommandSchema>

export const StepOutcomeSchema = z.enum(['ok', 'failed', 'cancelled', 'timed-out', 'skipped'])
export type StepOutcome = z.infer<typeof StepOutcomeSchema>

const stepId = z.string()
const commandId = z.string()
/** App clock: from before the command was sent until its end was known; old runs have none. */
const DuringSchema = IntervalSchema.optional()

/** What happened. `atMs` (app clock, epoch ms) and `seq` are added by the sink. */
export const EventBodySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run-started') }),
  z.object({ kind: z.literal('context'), context: RunContextSchema }),
  /** Clock offsets once more, at the end of what is measured; a place that did not answer is left out. */
  z.object({ kind: z.literal('clocks-read'), clocks: ClocksSchema }),
  /** `host`: a step of a scenario, which goes on beside others. */
  z.object({
    kind: z.literal('step-started'),
    stepId,
    title: z.string(),
    budgetMs: z.number(),
    host: z.string().optional(),
  }),
  z.object({ kind: z.literal('step-ended'), stepId, outcome: StepOutcomeSchema, message: z.string().nullable() }),
  /** `stream`: the sample stream that its known lines went to, from which they can be rebuilt. */
  z.object({
    kind: z.literal('command-started'),
    commandId,
    stepId,
    command: CommandSchema,
    stream: z.string().nullable().default(null),
  }),
  z.object({
    kind: z.literal('command-ended'),
    commandId,
    exitCode: z.number().nullable(),
    /** What ended it from outside, as by the run itself; null where it ended by itself or nobody knows. */
    signal: z.string().nullable().default(null),
    durationMs: z.number(),
    error: z.string().nullable(),
  }),
  /** A piece of raw output, verbatim. Known sample lines are not here: they are rebuilt from the samples. */
  z.object({ kind: z.literal('output'), commandId, from: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({
    kind: z.literal('check'),
    stepId,
    id: z.string(),
    title: z.string(),
    ok: z.boolean(),
    found: z.string(),
    hint: z.string().nullable(),
  }),
  /** The change lies inside `interval` (app clock). `reading` is the node whose answer showed it. */
  z.object({
    kind: z.literal('state-change'),
    node: z.string(),
    redundancyGroup: z.number(),
    from: NodeStateSchema.or(z.literal('no-answer')).nullable(),
    to: NodeStateSchema.or(z.literal('no-answer')),
    interval: IntervalSchema,
    source: z.enum(['poll', 'journal']),
    reading: z.string(),
  }),
  /** T0: [before, after] on the target's own clock; `clock` names it. */
  z.object({
    kind: z.literal('fault-injected'),
    event: FaultEventSchema.default('failover'),
    title: z.string(),
    mode: z.string(),
    place: PlaceSchema,
    commandId,
    t0: IntervalSchema,
    clock: z.string(),
    during: DuringSchema,
    /** Exit code of the injected command itself. */
    exitCode: z.number().nullable(),
    /** Redundancy groups that are to move to the backup; left out: all of them. */
    moves: z.array(z.number()).optional(),
    /** The link of a WAN that it is about, and what happens on it from then on. */
    link: z.object({ id: z.string(), impairment: ImpairmentSchema }).optional(),
  }),
  /** What the captures of a WAN run showed, once they have ended. */
  z.object({ kind: z.literal('wan-captured'), captured: WanCapturedSchema }),
  /** A change of a node's configuration was tried: between `t0` on that node's own clock, which `clock` names. */
  z.object({
    kind: z.literal('config-changed'),
    id: z.string(),
    title: z.string(),
    node: z.string(),
    change: z.enum(['set', 'delete']),
    policy: PolicySchema,
    commandId,
    t0: IntervalSchema,
    clock: z.string(),
    during: DuringSchema,
    exitCode: z.number().nullable(),
    /** By what the CLI said, since it exits 0 either way; null: it said none of it. */
    outcome: z.enum(['committed', 'not-writable', 'failed']).nullable(),
    /** The last of what it said. */
    text: z.string(),
  }),
  /** A policy came into a node's configuration, or left it, inside `interval` (app clock). */
  z.object({
    kind: z.literal('policy-seen'),
    node: z.string(),
    policy: z.string(),
    present: z.boolean(),
    interval: IntervalSchema,
  }),
  /** A node's configuration, a statement each with all that it stands in; null where it could not be read. */
  z.object({
    kind: z.literal('config-read'),
    node: z.string(),
    /** As it is written, groups and all. */
    written: z.array(z.string()).nullable(),
    /** With what the groups that are applied give, at its place. */
    expanded: z.array(z.string()).nullable(),
  }),
  /** One node asked for everything that TC-1 judges; null where it could not be read. The raw text is in `output` events. */
  z.object({
    kind: z.literal('cluster-read'),
    node: z.string(),
    answer: NodeAnswerSchema,
    interfaces: ClusterInterfacesSchema.nullable(),
    information: ClusterInformationSchema.nullable(),
    /** Where a run reads it more than once. */
    label: MomentSchema.optional(),
  }),
  /** A link inside an instance as its kernel has it; `found` null: there is none of this name. */
  z.object({
    kind: z.literal('link-read'),
    label: MomentSchema,
    instance: z.string(),
    linux: z.string(),
    found: z
      .object({ mac: z.string(), up: z.boolean(), mtu: z.number().nullable(), addresses: z.array(z.string()) })
      .nullable(),
  }),
  /** The session table of one node towards the traffic servers; null: the node gave no readable answer. */
  z.object({
    kind: z.literal('sessions'),
    /** `synced`: on a node that has come back, before it was primary again. */
    label: z.enum(['before', 'synced', 'after']),
    node: z.string(),
    sessions: z.array(FlowSessionSchema).nullable(),
  }),
  /** A session came into a node's own table, or left it, inside `interval` (app clock). */
  z.object({
    kind: z.literal('session-seen'),
    node: z.string(),
    session: FlowSessionSchema,
    present: z.boolean(),
    interval: IntervalSchema,
  }),
  /** A socket that iperf3 opened: `addr:port` strings as the client sees them. */
  z.object({
    kind: z.literal('traffic-socket'),
    traffic: z.string(),
    socket: z.number(),
    local: z.string(),
    remote: z.string(),
  }),
  /** `done`: iperf3 ended by itself with its results exchanged, so its idle control connection was alive, too. */
  z.object({ kind: z.literal('traffic-ended'), traffic: z.string(), done: z.boolean(), error: z.string().nullable() }),
  /** The sum of all sockets over a whole test, as one side counted it. */
  z.object({
    kind: z.literal('traffic-result'),
    traffic: z.string(),
    role: z.enum(['sender', 'receiver']),
    seconds: z.number(),
    bytes: z.number(),
    bitPerS: z.number(),
    retransmits: z.number().nullable(),
  }),
  /** LAN and WAN interfaces of one instance; null: they could not be read. */
  z.object({
    kind: z.literal('link-counters'),
    label: z.enum(['before', 'after']),
    instance: z.string(),
    links: z.array(LinkCountersSchema).nullable(),
  }),
  /** What a host has of the network; null: it could not be read. Each list is sorted. */
  z.object({
    kind: z.literal('host-network'),
    label: z.enum(['before', 'after']),
    instance: z.string(),
    addresses: z.array(z.string()).nullable(),
    routes: z.array(z.string()).nullable(),
    resolver: z.string().nullable(),
  }),
  /** A DHCP packet that a capture saw; stampMs is the instance's clock. */
  z.object({
    kind: z.literal('dhcp-packet'),
    instance: z.string(),
    interface: z.string(),
    /** The capture shows only what the instance sends itself. */
    sentOnly: z.boolean(),
    message: z.enum(['request', 'reply']),
    stampMs: z.number(),
    /** Sender's, lower case. */
    mac: z.string(),
  }),
  /** `unreadable`: the client said or wrote what cannot be understood, so nothing is known. */
  z.object({
    kind: z.literal('dhcp-asked'),
    instance: z.string(),
    interface: z.string(),
    outcome: z.enum(['lease', 'no-answer', 'unreadable']),
    lease: DhcpLeaseSchema.nullable(),
    /** From the first request on, ms. */
    watchedMs: z.number(),
    /** The client's last words. */
    said: z.string(),
  }),
  /** The common start of a scenario's steps, app clock; `askedMs`: the wall-clock time that it was scheduled for. */
  z.object({ kind: z.literal('schedule-started'), startMs: z.number(), askedMs: z.number().nullable() }),
  /** A step of a scenario has begun, or never will: `began` null. */
  z.object({ kind: z.literal('scheduled-step'), step: ScheduledStepSchema }),
  z.object({
    kind: z.literal('undo-applied'),
    title: z.string(),
    ok: z.boolean(),
    message: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('lease'),
    state: z.enum(['armed', 'renewed', 'disarmed', 'lost']),
    deadlineMs: z.number().nullable(),
  }),
  z.object({ kind: z.literal('snapshot-compared'), equal: z.boolean(), differences: z.array(z.string()) }),
  z.object({
    kind: z.literal('note'),
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    hint: z.string().nullable(),
  }),
  z.object({ kind: z.literal('criterion-judged'), result: CriterionResultSchema }),
  z.object({ kind: z.literal('reported'), report: ReportSchema }),
  z.object({
    kind: z.literal('run-ended'),
    ending: EndingSchema,
    verdict: VerdictSchema,
    message: z.string().nullable(),
  }),
])
export type EventBody = z.infer<typeof EventBodySchema>

/** A stored event: seq counts from 1 per run and is the SSE cursor. */
export type RunEvent = EventBody & { seq: number; atMs: number }
