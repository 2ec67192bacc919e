import { z } from 'zod'

/** Switches that a real cluster can have, too: the reference lab's file has the same names. */
export const SHARED_SWITCHES = [
  'no-takeover',
  'slow-takeover',
  'no-garp',
  'no-session-sync',
  'no-snat',
  'no-preempt',
  'dual-primary',
  'no-config-sync',
  'writable-secondary',
  'no-dhcp',
  'rate-limit',
  'no-split-guard',
] as const

/** The switches of the lab file that the world obeys. */
export const SWITCHES = [
  ...SHARED_SWITCHES,
  'duplicate',
  'reordered',
  'late',
  'host-unreachable',
  'cli-hangs',
  'cli-garbage',
  'ssh-drop',
  'sender-stall',
] as const
export type SwitchName = (typeof SWITCHES)[number]
export const SwitchNameSchema = z.enum(SWITCHES)

const ms = z.number().nonnegative()
const share = z.number().min(0).max(1)

/** How the world behaves; all times in ms. Every option can be changed while it runs. */
export const WorldOptionsSchema = z.strictObject({
  seed: z.number().int().default(1),
  heartbeatMs: z.number().positive().default(1000),
  threshold: z.number().int().min(1).default(3),
  /** From "peer lost" to forwarding: addresses up, neighbours told. */
  promoteMs: z.tuple([ms, ms]).default([60, 110]),
  /** From the priority-0 advert of a clean stop to forwarding on the peer. */
  cleanTakeoverMs: z.tuple([ms, ms]).default([50, 70]),
  /** How long nobody forwards when a healthy node takes over from a healthy one (preemption). */
  handoverMs: z.tuple([ms, ms]).default([38, 47]),
  /** The same for a manual failover. */
  manualMs: z.tuple([ms, ms]).default([45, 65]),
  preempt: z.boolean().default(true),
  /** From the start of the daemon until it may preempt. */
  preemptHoldMs: ms.default(3000),
  slowTakeoverMs: ms.default(8000),
  daemonStartMs: ms.default(400),
  bootMs: ms.default(2000),
  /** How long neighbours keep sending to the old node when nobody tells them. */
  relearnMs: ms.default(1000),
  linkDetectMs: ms.default(500),
  sessionSyncMs: z.tuple([ms, ms]).default([0.3, 1.2]),
  /** From a commit on the primary to the same configuration on the other node. */
  configSyncMs: z.tuple([ms, ms]).default([40, 80]),
  garpCount: z.number().int().min(0).default(8),
  /** Round trip to the lab's own targets. */
  rttMs: ms.default(0.36),
  /** Mean of what is added to a round trip at random. */
  jitterMs: ms.default(0.06),
  /** Chance that a round trip gets lost. */
  loss: share.default(0),
  /** Chances while the switch of that name is on. */
  duplicateShare: share.default(0.01),
  reorderedShare: share.default(0.01),
  lateShare: share.default(0.005),
  lateMs: ms.default(2500),
  /** While `sender-stall` is on: every ping process freezes for `stallMs` once every `stallEveryMs`. */
  stallMs: ms.default(1500),
  stallEveryMs: z.number().positive().default(6000),
  /** TCP without `-b`, all streams of a client together. */
  linkBitPerS: z.number().positive().default(6.4e9),
  /** The same while `rate-limit` is on. */
  limitBitPerS: z.number().positive().default(100e6),
  /** So much of it the sync with a living peer takes. */
  syncShare: share.default(0.03),
  /** How far an interval at full speed lies from the mean, at most. */
  rateJitterShare: share.default(0.04),
  /** What the kernels know as TCP congestion control. */
  congestion: z.array(z.string()).default(['reno', 'cubic', 'bbr']),
  /** Packets that the WAN member of the primary drops, per second, without a probe among them. */
  memberDropsPerS: z.number().nonnegative().default(0),
})
export type WorldOptions = z.infer<typeof WorldOptionsSchema>

/** Some of the options, to be checked when they are merged: `partial()` would fill in the defaults of the others. */
export const SomeOptionsSchema = z.record(z.string(), z.unknown())
export type SomeOptions = z.input<typeof WorldOptionsSchema> | z.infer<typeof SomeOptionsSchema>
