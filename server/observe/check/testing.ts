import type { Instance, Lab, LabInterface } from '../../domain/lab'
import { parseInstances } from '../../drivers/incus'
import type { Found } from './declared'
import type { PlaceFacts } from './place-facts'

/** For tests: what the commands print in a lab that is as its lab file says. Rows may be changed or taken out. */
export type Printed = {
  list: Record<string, Row>
  links: Record<string, Row[]>
  hostLinks: Row[]
  configuration: string
  nodeIds: Record<string, string>
  profiles: Record<string, Record<string, object>>
}
export type Row = { [key: string]: unknown }

const portOf = (instance: Instance, { linux }: LabInterface): string => `${instance.name}:${linux}`

const settingsOf = ({ pci, network, linux, mac, source }: LabInterface): Record<string, string> =>
  pci
    ? { type: 'pci', address: pci }
    : {
        type: 'nic',
        ...(network ? { network } : {}),
        name: linux,
        ...(source !== 'profile' && mac ? { hwaddr: mac } : {}),
      }

function stateOf(instance: Instance): Row {
  const own = instance.interfaces.filter(({ source }) => source !== 'profile')
  const devices = (of: readonly LabInterface[]) => Object.fromEntries(of.map((one) => [one.device, settingsOf(one)]))
  const volatile = instance.interfaces.map(({ device, mac }) => [`volatile.${device}.hwaddr`, mac])
  return {
    ...{ name: instance.name, status: 'Running', type: 'container' },
    profiles: ['default', ...new Set(instance.interfaces.flatMap(({ profile }) => profile ?? []))],
    config: Object.fromEntries(volatile),
    devices: devices(own),
    expanded_devices: { root: { type: 'disk' }, ...devices(instance.interfaces) },
    state: {
      network: Object.fromEntries(
        instance.interfaces.map((one) => [one.linux, { hwaddr: one.mac, host_name: portOf(instance, one) }]),
      ),
    },
  }
}

const linksOf = ({ interfaces }: Instance): Row[] => [
  { ifname: 'lo', address: '00:00:00:00:00:00', link_type: 'loopback' },
  ...interfaces.map(({ linux, mac, kernel }) => ({
    ...{ ifname: linux, address: mac, link_type: 'ether' },
    ...(kernel ? { altnames: [kernel] } : {}),
  })),
]

function hostLinksOf(lab: Lab): Row[] {
  const bridgeOf = (network: string | undefined) => lab.networks.find(({ name }) => name === network)?.bridge
  const ports = lab.instances.flatMap((instance) =>
    instance.interfaces.flatMap((one) => {
      const master = bridgeOf(one.network)
      return master ? [{ ifname: portOf(instance, one), address: 'fe:00:00:00:00:01', master }] : []
    }),
  )
  const withVf = lab.instances.flatMap(({ interfaces }) => interfaces.filter(({ vf }) => vf))
  const pfs = [...new Set(withVf.map(({ vf }) => vf?.pf))].map((pf) => ({
    ifname: pf,
    vfinfo_list: withVf
      .filter(({ vf }) => vf?.pf === pf)
      .map(({ vf, mac }) => ({
        ...{ vf: vf?.index, address: mac, spoofchk: vf?.spoofCheck, trust: false },
        link_state: vf?.linkState ?? 'auto',
      })),
  }))
  return [...ports, ...pfs]
}

const configurationOf = ({ cluster }: Lab): string => {
  const members = cluster.reths.flatMap(({ name, members }) =>
    members.map(
      (member) =>
        `    ${member} {\n        gigether-options {\n            redundant-parent ${name};\n        }\n    }`,
    ),
  )
  return `interfaces {\n${members.join('\n')}\n}\n`
}

/** What everything prints in `lab` when nothing differs. */
export function printedIn(lab: Lab): Printed {
  const devices = (profile: string) =>
    lab.instances.flatMap(({ interfaces }) =>
      interfaces.filter((one) => one.profile === profile).map((one) => one.device),
    )
  const profiles = lab.instances.flatMap(({ interfaces }) => interfaces.flatMap(({ profile }) => profile ?? []))
  return {
    list: Object.fromEntries(lab.instances.map((instance) => [instance.name, stateOf(instance)])),
    links: Object.fromEntries(lab.instances.map((instance) => [instance.name, linksOf(instance)])),
    hostLinks: hostLinksOf(lab),
    configuration: configurationOf(lab),
    nodeIds: Object.fromEntries(lab.cluster.nodes.map(({ instance, id }) => [instance, `${id}\n`])),
    profiles: Object.fromEntries(
      profiles.map((name) => [name, Object.fromEntries(devices(name).map((device) => [device, {}]))]),
    ),
  }
}

const section = (text: string) => ({ exitCode: 0, text })

/** The same as `checkDeclared` takes it. */
export function foundOf(lab: Lab, printed: Printed): Found {
  const facts = (name: string): PlaceFacts => {
    const id = printed.nodeIds[name]
    return new Map([
      ['links', section(JSON.stringify(printed.links[name]))],
      ...(id === undefined
        ? []
        : [['node-id', section(id)] as const, ['configuration', section(printed.configuration)] as const]),
    ])
  }
  return {
    states: parseInstances(JSON.stringify(Object.values(printed.list))),
    profiles: new Map(Object.entries(printed.profiles).map(([name, of]) => [name, new Set(Object.keys(of))])),
    host: new Map([['links', section(JSON.stringify(printed.hostLinks))]]),
    instances: new Map(lab.instances.map(({ name }) => [name, facts(name)])),
  }
}
