import type { Program } from '../../machine/process'
import { EMULATOR } from '../topology'
import type { Vm } from '../vm'

/** `wanulator2-headless -dc FILE`: bridges the two interfaces as the file says, until it is ended. */
export const emulator =
  (vm: Vm): Program =>
  async (p) => {
    const at = p.args.indexOf('-dc')
    const file = at > 0 ? (p.args[at + 1] ?? '') : ''
    if (file === '') {
      p.error('usage: wanulator2-headless -dc FILE\n')
      return 2
    }
    const { fs } = p.machine
    const path = fs.resolvePath(p.cwd, file)
    const text = await fs.readFile(path).catch(() => null)
    if (text === null) {
      p.error(`Cannot open config file ${file}\n`)
      return 1
    }
    const { options, switches } = vm.world
    const isDead = switches.has('emulator-dead') && vm.place.vm === options.switchVm
    if (isDead) {
      await p.sleep(30)
      p.error('wanulator2: ens18: cannot open packet socket: Device or resource busy\n')
      return 1
    }
    await fs.writeFile(`/proc/${p.pid}/cmdline`, `${[EMULATOR, ...p.args.slice(1)].join('\0')}\0`)
    p.atEnd(() => void fs.rm(`/proc/${p.pid}`, { recursive: true, force: true }))
    if (!vm.attach(p, path, text, p.startedAtMs + options.emulatorStartMs)) {
      p.error(`Cannot parse config file ${file}\n`)
      return 3
    }
    p.write('WANulator 2.4 headless: bridging ens18 <-> ens19\n')
    return p.within(new Promise<number>(() => {}))
  }
