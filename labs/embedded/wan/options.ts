import { z } from 'zod'

/** The switches of the lab file that the world obeys. Those of one link turn on that of `switchVm`. */
export const WAN_SWITCHES = [
  'no-failover',
  'flapping',
  'link-degraded',
  'emulator-dead',
  'two-emulators',
  'console-wedged',
  'console-held',
  'console-left',
  'wrong-password',
  'capture-denied',
  'nic-down',
] as const
export type WanSwitch = (typeof WAN_SWITCHES)[number]
export const WanSwitchSchema = z.enum(WAN_SWITCHES)

const ms = z.number().nonnegative()
const positive = z.number().positive()

/** How the world behaves; all times in ms. Every option can be changed while it runs. */
export const WanOptionsSchema = z.strictObject({
  seed: z.number().int().default(1),
  /** How often the router measures each path, and after how long an answer counts as lost. */
  probeMs: positive.default(50),
  probeLossMs: positive.default(400),
  /** What it goes by when it chooses. */
  slaLatencyMs: positive.default(130),
  slaJitterMs: positive.default(30),
  slaLossPercent: positive.default(10),
  recomputeMs: positive.default(10_000),
  /** What it looks back on; null: as long as `recomputeMs`. */
  windowMs: positive.nullable().default(null),
  /** A path that was left is good again below this share of each limit. */
  returnShare: z.number().positive().max(1).default(0.5),
  /** Without any answer for so long, a path is down and left at once; with so many in a row it is up again. */
  deadMs: positive.default(3000),
  aliveProbes: z.number().int().min(1).default(5),
  /** Inner packet of the router's measurements, bytes; 84 makes them as long as a ping. */
  slaBytes: z.number().int().min(28).max(1400).default(60),
  /** From the start of a WANulator to its login prompt. */
  bootMs: ms.default(20_000),
  /** How long a wrong password is thought about. */
  loginMs: ms.default(2500),
  /** Until an emulator passes packets on. */
  emulatorStartMs: ms.default(120),
  /** The kernel tells of the bridge on the console. */
  kernelMessages: z.boolean().default(true),
  /** What each call of qm takes. */
  qmMs: ms.default(250),
  password: z.string().min(1).default('lab-console-7'),
  /** Whose link and console the switches of one link are about. */
  switchVm: z.number().int().default(103),
  /** One user of an HTTP load waits so long between requests; an answer has so many bytes. */
  httpWaitMs: positive.default(1000),
  httpBytes: z.number().int().positive().default(4000),
  linkBitPerS: positive.default(200e6),
  /** While pings stall (control call `stall`). */
  stallMs: ms.default(1500),
  stallEveryMs: positive.default(6000),
  congestion: z.array(z.string()).default(['reno', 'cubic', 'bbr']),
})
export type WanOptions = z.infer<typeof WanOptionsSchema>
