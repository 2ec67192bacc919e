import type { Traffic } from '../domain/lab'

/** Shortest interval that iperf3 reports is 0.1 s. */
const INTERVAL_S = 0.5

/** One client against a listening server; text intervals, flushed, since 3.12 prints JSON only at the end. */
export const iperf3Argv = (traffic: Traffic, durationS: number): string[] => [
  ...['iperf3', '-c', traffic.server, '-p', String(traffic.port), '-t', String(Math.ceil(durationS))],
  ...['-i', String(INTERVAL_S), '-P', String(traffic.parallel), '-b', String(Math.round(traffic.bitPerS))],
  ...(traffic.direction === 'download' ? ['-R'] : []),
  '--forceflush',
]

/** The server has another test running: it is free again after a moment. */
export const isServerBusy = (text: string): boolean => /server is busy|unable to connect to server|refused/i.test(text)
