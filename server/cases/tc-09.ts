import { z } from 'zod'
import type { Lab } from '../domain/lab'
import { lanHostOf } from '../domain/lan-host'
import { AppError } from '../errors'
import { gatewayIsVip, leaseInRange } from './criteria/dhcp'
import { servedByPrimary } from './criteria/dhcp-server'
import { hostUnchanged } from './criteria/host-network'
import { defineCase } from './define'
import { step } from './steps'

/** dhclient begins and gives up up to a second late; captures and the reading of the lease take a little more. */
const MARGIN_MS = 40_000

const needs = (lab: Lab): string | null =>
  lab.cluster.dhcp && lanHostOf(lab)
    ? null
    : 'The lab file does not say what DHCP gives: "cluster.dhcp" with "reth", "from" and "to", and a LAN host to ask from.'

/** TC-9: a host on the LAN gets a lease from the cluster. The host itself stays as it is. */
export const tc09 = defineCase({
  id: 'TC-9',
  title: 'DHCP on the LAN RETH',
  objective:
    'A host on the LAN gets a lease out of the declared range from the node that holds the RETH, with the VIP as its gateway; the host is afterwards as before.',
  destructive: false,
  needs,
  params: z.object({
    waitS: z.number().min(10).max(120).default(12).meta({
      title: 'Wait for an answer at most',
      unit: 's',
      description: 'Silence of 10 s counts as no answer.',
    }),
  }),
  headline: null,
  criteria: [leaseInRange, servedByPrimary, gatewayIsVip, hostUnchanged],
  steps: (lab, { waitS }) => {
    const client = lanHostOf(lab)
    const missing = needs(lab)
    if (!client || missing !== null)
      throw new AppError('lab-file', 'TC-9 has nothing to ask for.', { hint: missing ?? '' })
    const { instance } = client
    return [
      step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets: [], tools: ['dhclient', 'tcpdump'] }]),
      step('before', `Read what ${instance} has`, 15_000, [{ kind: 'read-host-network', instance, label: 'before' }]),
      step('request', 'Ask for a lease, applying nothing of it', waitS * 1000 + MARGIN_MS, [
        {
          ...{ kind: 'request-lease', ...client, waitS },
          undo: [{ kind: 'dhcp-released', instance, interface: client.interface }],
        },
        { kind: 'read-cluster' },
      ]),
      step('release', 'Give it back', 15_000, [{ kind: 'release-lease', ...client }]),
      step('after', `Read what ${instance} has now`, 15_000, [{ kind: 'read-host-network', instance, label: 'after' }]),
    ]
  },
})
