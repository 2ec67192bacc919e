import type { FaultEvent } from './case'

/** The fault from which on is measured: the first one that is more than preparation; undefined when there was none. */
export const measuredFault = <F extends { event: FaultEvent }>(faults: readonly F[]): F | undefined =>
  faults.find(({ event }) => event !== 'setup')
