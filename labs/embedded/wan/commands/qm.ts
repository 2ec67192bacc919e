import type { Process, Program } from '../../machine/process'
import { GUESTS, NICS } from '../topology'
import type { Vm } from '../vm'
import type { WanWorld } from '../world'

const MEMORY_MB = 4096

const listText = (vms: readonly Vm[]): string =>
  [
    '      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID       ',
    ...vms.map(({ place, isRunning, pid }) => {
      const status = isRunning ? 'running' : 'stopped'
      const sizes = `${String(MEMORY_MB).padEnd(10)} ${'0.00'.padStart(12)} ${String(pid ?? 0).padEnd(10)}`
      return `${String(place.vm).padStart(10)} ${place.name.padEnd(20)} ${status.padEnd(10)} ${sizes}`
    }),
    '',
  ].join('\n')

const guestMac = (vm: number, index: number): string => `BC:24:11:0A:${String(vm % 100).padStart(2, '0')}:0${index + 1}`

function configText({ place }: Vm): string {
  const nets = GUESTS.map((guest, index) => {
    const bridge = NICS.find(({ name }) => name === place.nics[guest])?.bridge ?? ''
    return `net${index}: virtio=${guestMac(place.vm, index)},bridge=${bridge}\n`
  })
  return `boot: order=ide2
cores: 2
description: ${encodeURIComponent(place.title)}
ide2: local:iso/wanulator-2.4-serial.iso,media=cdrom,size=1340M
memory: ${MEMORY_MB}
meta: creation-qemu=8.1.5,ctime=1761000000
name: ${place.name}
${nets.join('')}numa: 0
ostype: l26
scsihw: virtio-scsi-single
serial0: socket
smbios1: uuid=00000000-0000-4000-8000-000000000${place.vm}
sockets: 1
`
}

function start(p: Process, vm: Vm): number {
  if (vm.isRunning) {
    p.error(`VM ${vm.place.vm} already running\n`)
    return 255
  }
  vm.start()
  return 0
}

/** `qm list`, `status`, `config`, `start`, `stop` of PVE 8. */
export const qm =
  (world: WanWorld): Program =>
  async (p) => {
    const [verb = '', id = ''] = p.args.slice(1)
    await p.sleep(world.options.qmMs)
    if (verb === 'list') {
      p.write(listText(world.vms))
      return 0
    }
    if (!['status', 'config', 'start', 'stop'].includes(verb)) {
      p.error(`ERROR: unknown command 'qm ${verb}'\nUSAGE: qm <COMMAND> [ARGS] [OPTIONS]\n`)
      return 255
    }
    const vm = world.vms.find(({ place }) => String(place.vm) === id)
    if (!vm) {
      p.error(`Configuration file 'nodes/pve/qemu-server/${id}.conf' does not exist\n`)
      return 2
    }
    if (verb === 'start') return start(p, vm)
    if (verb === 'stop' && vm.isRunning) vm.stop()
    if (verb === 'status') p.write(`status: ${vm.isRunning ? 'running' : 'stopped'}\n`)
    if (verb === 'config') p.write(configText(vm))
    return 0
  }
