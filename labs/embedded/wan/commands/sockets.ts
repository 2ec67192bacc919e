import type { Process, Program } from '../../machine/process'
import type { ConsoleClient } from '../console'
import { serialSocket } from '../topology'
import type { Vm } from '../vm'
import type { WanWorld } from '../world'

const users = (program: string, pid: number | null, fd: number): string => `users:(("${program}",pid=${pid},fd=${fd}))`

function rowsOf(vm: Vm): string[] {
  const path = serialSocket(vm.place.vm)
  const { client, waiting } = vm.console
  const pair = ({ inodes: [own, qemu], program, pid }: ConsoleClient, isServed: boolean): string[] => [
    `u_str ESTAB  0      0      ${path} ${qemu}            * ${own}  ${isServed ? users('kvm', vm.pid, 21) : ''}`,
    `u_str ESTAB  0      0                                       * ${own}            * ${qemu}  ${users(program, pid, 5)}`,
  ]
  return [
    `u_str LISTEN 0      1      ${path} ${20_000 + vm.place.vm}            * 0      ${users('kvm', vm.pid, 12)}`,
    ...(client ? pair(client, true) : []),
    ...[...waiting].flatMap((each) => pair(each, false)),
  ]
}

/** `ss -x…`: the serial sockets of the VMs, and who is on them. */
export const ss =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args[1] === '-V') {
      p.write('ss utility, iproute2-6.1.0\n')
      return 0
    }
    const flags = p.args.slice(1).join('')
    if (!flags.includes('H')) p.write('Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n')
    if (flags.includes('x')) for (const vm of world.vms) if (vm.isRunning) p.write(`${rowsOf(vm).join('\n')}\n`)
    return 0
  }

const stamp = (p: Process): string =>
  new Date(p.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')

/** `socat -[,raw,echo=0] UNIX-CONNECT:PATH`: standard streams to a VM's serial socket and back. */
export const socat =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args[1] === '-V') {
      p.write(
        'socat by Gerhard Rieger and contributors - see www.dest-unreach.org\nsocat version 1.7.4.4 on 06 Nov 2022 08:15:51\n',
      )
      return 0
    }
    const [first = '', second = ''] = p.args.slice(1).filter((arg) => arg === '-' || !/^-[a-zA-Z]/.test(arg))
    const path = /^UNIX(?:-CONNECT)?:(.+)$/i.exec(second)?.[1]
    if (!/^(-|STDIO)(,|$)/i.test(first) || path === undefined) {
      p.error(`${stamp(p)} socat[${p.pid}] E exactly 2 addresses required (there are 0); use option "-h" for help\n`)
      return 1
    }
    const vm = world.vms.find(({ place, isRunning }) => isRunning && serialSocket(place.vm) === path)
    if (!vm) {
      p.error(
        `${stamp(p)} socat[${p.pid}] E connect(5, AF=1 "${path}", ${path.length + 2}): No such file or directory\n`,
      )
      return 1
    }
    return bridge(p, world, vm)
  }

/** QEMU hangs up as soon as its client has no more to say. */
const HANG_UP_MS = 2

async function bridge(p: Process, world: WanWorld, vm: Vm): Promise<number> {
  let hangUp = () => {}
  const over = new Promise<void>((resolve) => {
    hangUp = resolve
  })
  const client: ConsoleClient = {
    ...{ program: 'socat', pid: p.pid, inodes: [world.nextInode(), world.nextInode()] },
    receive: (text) => p.write(text),
    hangUp,
  }
  vm.console.connect(client)
  p.atEnd(() => vm.console.disconnect(client))
  const feed = async () => {
    for (let keys = await p.io.stdin.read(); keys !== null && p.alive; keys = await p.io.stdin.read())
      if (vm.console.client === client) vm.console.keys(keys)
    await p.sleep(HANG_UP_MS)
  }
  await p.within(Promise.race([over, feed()]))
  return 0
}
