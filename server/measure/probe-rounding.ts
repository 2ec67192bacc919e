/**
 * What the rounding of an RTT as iputils prints it may hide, ms: it prints 3 decimals below 1 ms (truncated), 2 below
 * 10 ms, 1 below 100 ms and none above (ping_common.c, gather_statistics).
 */
export const rttRoundingMs = (rttMs: number): number =>
  rttMs < 1 ? 0.001 : rttMs < 10 ? 0.005 : rttMs < 100 ? 0.05 : 0.5
