import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunAnswer } from '../../harness'
import { here } from './lab-host'
import type { Disturbance } from './under'

const FROZEN_MS = 3000
const LAN_HOST = 'cluster-lan-host'
const CGROUPS = '/sys/fs/cgroup'

/** The file that freezes an instance, what to write to it, and what it says once all is still. */
async function freezerOf(instance: string) {
  const monitor = (await here('pgrep', '-f', `^\\[lxc monitor\\] .* ${instance}$`)).trim()
  const init = readFileSync(`/proc/${monitor}/task/${monitor}/children`, 'utf8').trim().split(' ')[0]
  const groups = readFileSync(`/proc/${init}/cgroup`, 'utf8')
  const first = (pattern: RegExp) => pattern.exec(groups)?.[1]
  const v1 = first(/^\d+:freezer:(\/[^/\n]+)/m)
  if (v1) return { file: path.join(CGROUPS, 'freezer', v1, 'freezer.state'), frozen: 'FROZEN', thawed: 'THAWED' }
  const v2 = first(/^0::(\/[^/\n]+)/m)
  const root = readdirSync(CGROUPS).includes('unified') ? path.join(CGROUPS, 'unified') : CGROUPS
  return { file: path.join(root, v2 ?? '', 'cgroup.freeze'), frozen: '1', thawed: '0' }
}

/** Every process of the LAN host stands still; its kernel does not. Resolves with how long, ms. */
async function freeze(): Promise<number> {
  const { file, frozen, thawed } = await freezerOf(LAN_HOST)
  writeFileSync(file, frozen)
  const beganMs = performance.now()
  try {
    await sleep(FROZEN_MS)
  } finally {
    writeFileSync(file, thawed)
  }
  return performance.now() - beganMs
}

type Stalls = { senderStalls: { fromMs: number; toMs: number }[] }[]

/** Probes that know that their sender stood still for most of that time. */
const stalled = ({ probes }: RunAnswer) =>
  (probes as Stalls).filter(({ senderStalls }) => senderStalls.some((s) => s.toMs - s.fromMs > 0.9 * FROZEN_MS)).length

function notInconclusive({ verdict, criteria }: RunAnswer): string | null {
  const time = criteria.find(({ id }) => id === 'failover-time')
  const isTold = time?.verdict === 'inconclusive' && time.reason.includes('the sender stalled')
  return verdict === 'inconclusive' && isTold ? null : `${verdict}; Failover Time ${time?.verdict}: ${time?.reason}`
}

const strike = async () => `frozen for ${((await freeze()) / 1000).toFixed(2)} s`

/** While the path is out: nobody knows how long it was. */
export const frozenInOutage: Disturbance = { endings: ['completed'], strike, wrong: notInconclusive }

/** Before the fault, or once the path is back: the run may state its time, and must know of the stall. */
export const frozenBesides: Disturbance = {
  endings: ['completed'],
  strike,
  wrong: (run) =>
    run.verdict === 'fail' || stalled(run) === 0 ? `${run.verdict}, ${stalled(run)} probes know of the stall` : null,
}
