/**
 * Samples are not events: keyed by (stream, index), index counting from 0 in the order in which the lines came.
 * A row is a list of numbers, one per column; `null` where the tool printed none.
 */
export const SAMPLE_COLUMNS = {
  /** One printed line of `ping -D -O`: stampMs is the probe host's clock; seq is as printed, so it wraps at 65536. */
  probe: ['kind', 'stampMs', 'seq', 'rttMs', 'ttl', 'bytes'],
  /** The same of a further ping to the same target in another phase, where one alone cannot send often enough. */
  phase: ['kind', 'stampMs', 'seq', 'rttMs', 'ttl', 'bytes'],
  /** One iperf3 interval line. socket: see SUM_SOCKET. Seconds since the test's start; receivedMs is the app's clock. */
  traffic: ['socket', 'fromS', 'toS', 'bytes', 'bitPerS', 'retransmits', 'receivedMs'],
  /** One poll of one node, app clock; answer: see POLL_ANSWERS; groups: NodeState codes are in state-change events. */
  poll: ['startMs', 'endMs', 'answer'],
  /** One captured packet: stampMs is the capture host's clock; kind: see PACKET_KINDS; source/target: IPv4, mac: sender's, as numbers. */
  capture: ['kind', 'stampMs', 'source', 'target', 'seq', 'mac', 'icmpId'],
  /**
   * What one NIC carried in one direction in about a second until atMs (app clock), the router's own packets included; how
   * many of the packets were the traffic's, null as long as it cannot be told from the rest.
   */
  path: ['atMs', 'packets', 'bytes', 'traffic'],
  /** HTTP requests of about a second until atMs (load host's clock); times of answers so far, ms. */
  requests: ['atMs', 'requests', 'failures', 'p50Ms', 'p95Ms', 'p99Ms', 'users'],
} as const
export type SampleKind = keyof typeof SAMPLE_COLUMNS

/** Codes of `probe.kind`. `unreachable` covers host and network unreachable. */
export const PROBE_KINDS = ['reply', 'no-answer', 'duplicate', 'unreachable', 'other'] as const
export type ProbeKind = (typeof PROBE_KINDS)[number]

/** traffic rows of the `[SUM]` line over all sockets of a client. */
export const SUM_SOCKET = -1

/** Codes of `poll.answer`. */
export const POLL_ANSWERS = ['status', 'not-clustered', 'garbled', 'no-answer'] as const

/** Codes of `capture.kind`. */
export const PACKET_KINDS = ['gratuitous-arp', 'arp', 'icmp-request', 'icmp-reply', 'other'] as const

export type SampleRow = readonly (number | null)[]

/** "probe:internet", "phase:internet.2", "traffic:upload", "poll:node0", "capture:reth0". */
export type StreamId = string

/** The sample kind that a stream carries; throws on a stream id of no known kind. */
export function streamKind(stream: StreamId): SampleKind {
  const kind = stream.slice(0, stream.indexOf(':'))
  if (Object.hasOwn(SAMPLE_COLUMNS, kind)) return kind as SampleKind
  throw new RangeError(`no sample kind in stream id "${stream}"`)
}

/** Pings to one target where answers take longer than ping sleeps, in different phase. */
export const PHASES = 3

/** The streams of a target's probe: its own, then those of the further pings, which only the judge reads. */
export const probeStreams = (targetId: string): [StreamId, ...StreamId[]] => [
  `probe:${targetId}`,
  ...Array.from({ length: PHASES - 1 }, (_, i) => `phase:${targetId}.${i + 2}`),
]

/** Whether charts and readouts show the stream. */
export const isShown = (stream: StreamId): boolean => streamKind(stream) !== 'phase'

/** Rows first..first+rows.length-1 of one stream: what the live view gets and the store appends. */
export type SampleBatch = { stream: StreamId; first: number; rows: SampleRow[] }
