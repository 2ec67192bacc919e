import { nowMs } from '../core/scheduler'
import type { Program } from '../machine/process'
import { askWhoHas } from '../world/arp'
import type { World } from '../world/world'

const VERSION =
  'arping from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n'
const INTERVAL_MS = 1000

/** `arping [-b] [-c COUNT] [-w SECONDS] -I DEVICE ADDRESS`, as iputils 20221126 prints it. */
export const arping =
  (world: World): Program =>
  async (p) => {
    let device = ''
    let address = ''
    let count = 0
    let deadlineMs = Number.POSITIVE_INFINITY
    for (let i = 1; i < p.args.length; i++) {
      const arg = p.args[i] as string
      if (arg === '-V') {
        p.write(VERSION)
        return 0
      }
      if (arg === '-I') device = p.args[++i] ?? ''
      else if (arg === '-c') count = Number(p.args[++i])
      else if (arg === '-w') deadlineMs = nowMs() + Number(p.args[++i]) * 1000
      else if (!arg.startsWith('-')) address = arg
    }
    const nic = p.machine.devices.find(({ name }) => name === device)
    if (!nic) {
      p.error(`arping: Device ${device} not available.\n`)
      return 2
    }
    if (!nic.up) {
      p.error(`arping: Interface "${device}" is down\n`)
      return 2
    }
    p.write(`ARPING ${address} from ${nic.addresses[0]?.split('/')[0] ?? '0.0.0.0'} ${device}\n`)
    let sent = 0
    let received = 0
    const ended = new Promise<void>((resolve) => {
      for (const signal of ['INT', 'TERM'] as const) p.handlers.set(signal, resolve)
    })
    for (let next = nowMs(); (count === 0 || sent < count) && next < deadlineMs; next += INTERVAL_MS) {
      const atMs = nowMs()
      sent++
      for (const { mac, afterMs } of askWhoHas(world, p.machine, device, address, atMs)) {
        received++
        p.write(`Unicast reply from ${address} [${mac.toUpperCase()}]  ${afterMs.toFixed(3)}ms\n`)
      }
      const isOver = await Promise.race([
        ended.then(() => true),
        p.sleep(Math.max(0, next + INTERVAL_MS - nowMs())).then(() => false),
      ])
      if (isOver) break
    }
    p.write(`Sent ${sent} probes (${sent} broadcast(s))\nReceived ${received} response(s)\n`)
    return received > 0 ? 0 : 1
  }
