import type { Mend } from '../../domain/check'
import type { LabInterface } from '../../domain/lab'
import { mendAt } from './finding'
import { type Surroundings, tool } from './surroundings'

/** How a device that is gone comes back with name, MAC and addresses; null where the lab file says too little. */
export function putBack(around: Surroundings, declared: LabInterface, isMasked: boolean): Mend | null {
  const { lab, instance } = around
  const { device, linux, network, mac, pci, addresses } = declared
  if (device === undefined) return null
  if (isMasked) return tool(around, 'config', 'device', 'remove', instance.name, device)
  const settings = pci
    ? ['pci', `address=${pci}`]
    : network && ['nic', `network=${network}`, `name=${linux}`, ...(mac ? [`hwaddr=${mac}`] : [])]
  if (!settings) return null
  const add = tool(around, 'config', 'device', 'add', instance.name, device, ...settings)
  const inside = [
    ['ip', 'link', 'set', linux, 'up'],
    ...addresses.map((address) => ['ip', 'address', 'replace', address, 'dev', linux]),
  ]
  const up = mendAt(lab, { instance: instance.name }, ...inside)
  return { host: add.host, command: `${add.command} && ${up.command}` }
}
