import { withoutPrefix } from '../domain/address'
import type { ObservationPoint, Reth } from '../domain/lab'

/** Asks everybody, once a second, who has a VIP. */
export const arpingArgv = ({ vip }: Pick<Reth, 'vip'>, point: Pick<ObservationPoint, 'interface'>): string[] => [
  ...['arping', '-b', '-I', point.interface],
  withoutPrefix(vip),
]
