import { nowMs } from '../core/scheduler'
import type { WanSwitch } from './options'
import { GOOD_FILE, LINKS } from './topology'
import type { WanWorld } from './world'

const DEGRADED_FILE = '/root/drop_15.wcfg'
const DEGRADED = `<!DOCTYPE WANulatorConfigXML>
<WANulatorConfigV2 NetworkMode="0">
 <Interface Name="ens18" UseDHCP="0" IpAddr="0.0.0.0" IpMask="255.255.255.0">
  <SimFn Type="2">
   <Timing Type="3" Static="1" Chance="15" Burst="0"/>
  </SimFn>
 </Interface>
 <Interface Name="ens19" UseDHCP="0" IpAddr="0.0.0.0" IpMask="255.255.255.0">
  <SimFn Type="2">
   <Timing Type="3" Static="1" Chance="15" Burst="0"/>
  </SimFn>
 </Interface>
</WANulatorConfigV2>
`

/** What a switch changes at once; the others are looked at where they matter. */
export function applySwitch(world: WanWorld, name: WanSwitch, on: boolean): void {
  const vm = world.vm(world.options.switchVm)
  const restart = (...files: string[]) => {
    vm.killEmulators()
    for (const file of files) vm.startEmulator(file)
  }
  const effects: Partial<Record<WanSwitch, () => void>> = {
    'emulator-dead': () => restart(...(on ? [] : [GOOD_FILE])),
    'two-emulators': () => restart(...(on ? [GOOD_FILE, GOOD_FILE] : [GOOD_FILE])),
    'link-degraded': () => {
      if (!on) return restart(GOOD_FILE)
      vm.machine.fs.writeFile(DEGRADED_FILE, DEGRADED).then(() => restart(DEGRADED_FILE))
    },
    'console-wedged': () => vm.console.leaveAs(on ? 'wedged' : 'login'),
    'console-left': () => vm.console.leaveAs(on ? 'shell' : 'login'),
    'console-held': () => holdConsole(world, on),
    'nic-down': () => {
      const link = LINKS.find((one) => one.vm === vm.place.vm)
      if (link) world.wires.setUp(link.outside, !on, nowMs())
    },
  }
  effects[name]?.()
}

/** Somebody else's socat, that says nothing. */
function holdConsole(world: WanWorld, on: boolean): void {
  const { console } = world.vm(world.options.switchVm)
  const [held] = [console.client, ...console.waiting].filter((client) => client?.program === 'qm')
  if (held) console.disconnect(held)
  if (!on) return
  const inodes: [number, number] = [world.nextInode(), world.nextInode()]
  console.connect({ program: 'qm', pid: world.nextPid(), inodes, receive() {}, hangUp() {} })
}
