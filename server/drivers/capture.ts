import type { Reth, Target } from '../domain/lab'

/** tcpdump line by line (-l), numbers (-n), epoch stamps (-tt), with MAC addresses (-e). */
export const captureArgv = (linuxInterface: string, filter: string): string[] => [
  ...['tcpdump', '-l', '-n', '-tt', '-e', '-i', linuxInterface],
  ...filter.split(' '),
]

/** The VIP without its prefix length. */
export const vipAddress = (reth: Pick<Reth, 'vip'>): string => reth.vip.replace(/\/\d+$/, '')

/** ARP about a VIP: gratuitous ones are told from the rest by the parser. */
export const arpFilter = (reth: Pick<Reth, 'vip'>): string => `arp and host ${vipAddress(reth)}`

/** Echo requests and replies of one target. */
export const echoFilter = (target: Pick<Target, 'address'>): string => `icmp and host ${target.address}`
