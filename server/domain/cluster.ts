import { z } from 'zod'

/** States of `show chassis cluster status`; `unknown` is a word the parser has not met, kept beside it verbatim. */
export const NodeStateSchema = z.enum([
  'primary',
  'secondary',
  'secondary-hold',
  'hold',
  'lost',
  'disabled',
  'ineligible',
  'unknown',
])
export type NodeState = z.infer<typeof NodeStateSchema>

export const NodeRowSchema = z.object({
  node: z.string(),
  priority: z.number().nullable(),
  state: NodeStateSchema,
  /** The state as printed, note included. */
  stateText: z.string(),
  preempt: z.boolean().nullable(),
  manual: z.boolean().nullable(),
  /** Codes such as IF, CS; empty for None. */
  monitorFailures: z.array(z.string()),
})
export type NodeRow = z.infer<typeof NodeRowSchema>

export const GroupStatusSchema = z.object({
  redundancyGroup: z.number(),
  failoverCount: z.number().nullable(),
  nodes: z.array(NodeRowSchema),
})
export type GroupStatus = z.infer<typeof GroupStatusSchema>

/** One `show chassis cluster status`, parsed. */
export const ClusterStatusSchema = z.object({
  clusterId: z.number().nullable(),
  /** The answering node's own name, where it prints one. */
  localNode: z.string().nullable(),
  softwareVersion: z.string().nullable(),
  peerSoftwareVersion: z.string().nullable(),
  groups: z.array(GroupStatusSchema),
  /** Lines that no rule knew, verbatim. */
  unparsed: z.array(z.string()),
})
export type ClusterStatus = z.infer<typeof ClusterStatusSchema>

/** What asking one node gave. `no-answer`: the CLI could not connect or did not return; a state, not a crash. */
export const NodeAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: ClusterStatusSchema, raw: z.string() }),
  z.object({ kind: z.literal('not-clustered'), raw: z.string() }),
  z.object({ kind: z.literal('garbled'), reason: z.string(), raw: z.string() }),
  z.object({ kind: z.literal('no-answer'), reason: z.string() }),
])
export type NodeAnswer = z.infer<typeof NodeAnswerSchema>

/** One poll of one node: asked at startMs, answered at endMs (app clock, epoch ms). */
export const NodePollSchema = z.object({
  node: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  answer: NodeAnswerSchema,
})
export type NodePoll = z.infer<typeof NodePollSchema>

/** One line of the session table, reduced to what identifies a session. `addr:port` strings. */
export const FlowSessionSchema = z.object({
  node: z.string().nullable(),
  id: z.string(),
  protocol: z.string(),
  source: z.string(),
  destination: z.string(),
  /** Translated source, null when there is no SNAT. */
  natSource: z.string().nullable(),
  state: z.string().nullable(),
  haState: z.enum(['active', 'backup']).nullable(),
  /** Seconds until it is deleted if no packet comes: one that is in use has all of its idle timeout left. */
  timeoutS: z.number().nullable().default(null),
})
export type FlowSession = z.infer<typeof FlowSessionSchema>

/** `show chassis cluster interfaces`, reduced to what TC-1 judges. */
export const ClusterInterfacesSchema = z.object({
  controlLinkUp: z.boolean().nullable(),
  fabricLinkUp: z.boolean().nullable(),
  reths: z.array(z.object({ name: z.string(), up: z.boolean(), redundancyGroup: z.number().nullable() })),
  monitored: z.array(
    z.object({ name: z.string(), weight: z.number(), up: z.boolean(), redundancyGroup: z.number().nullable() }),
  ),
  unparsed: z.array(z.string()),
})
export type ClusterInterfaces = z.infer<typeof ClusterInterfacesSchema>

/** `show chassis cluster information`: weight per node and redundancy group. */
export const ClusterInformationSchema = z.object({
  weights: z.array(
    z.object({ node: z.string(), redundancyGroup: z.number(), weight: z.number(), priority: z.number().nullable() }),
  ),
  unparsed: z.array(z.string()),
})
export type ClusterInformation = z.infer<typeof ClusterInformationSchema>
