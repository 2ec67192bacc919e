import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabClient } from '../testing/client'
import type { SomeOptions } from '../world/options'
import { type EmbeddedWanLab, startWanLab } from './lab'

/** A router that makes up its mind within a second, and WANulators that boot and log in at once. */
export const FAST_WAN = {
  ...{ probeMs: 20, probeLossMs: 250, recomputeMs: 1000, deadMs: 600, aliveProbes: 3 },
  ...{ bootMs: 200, loginMs: 150, emulatorStartMs: 40, qmMs: 5, httpWaitMs: 100 },
}

export type TestWan = { lab: EmbeddedWanLab; pve: LabClient; edge: LabClient; close: () => Promise<void> }

/** A WAN lab in a directory of its own, with a client on each of its hosts; `close` removes all. */
export async function testWan(world: SomeOptions = {}): Promise<TestWan> {
  const stateDir = mkdtempSync(join(tmpdir(), 'embedded-wan-'))
  const lab = await startWanLab({ id: 'test', stateDir, world: { ...FAST_WAN, ...world } })
  const [pve, edge] = [await LabClient.connect(lab.labFile), await LabClient.connect(lab.labFile, 1)]
  return {
    ...{ lab, pve, edge },
    close: async () => {
      pve.end()
      edge.end()
      await lab.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

const timing = (text: string): string => `<Timing ${text} Burst="0"/>`
const simFn = (type: number, params: string, when: string): string =>
  `<SimFn Type="${type}"><Params ${params}/>${when}</SimFn>`

/** A .wcfg with functions per interface, as text. */
export const wcfgText = (functions: { ens18?: string; ens19?: string }): string =>
  `<!DOCTYPE WANulatorConfigXML>
<WANulatorConfigV2 NetworkMode="0">
${(['ens18', 'ens19'] as const)
  .map((name) => ` <Interface Name="${name}" UseDHCP="0">${functions[name] ?? simFn(6, 'Speed="0"', '')}</Interface>`)
  .join('\n')}
</WANulatorConfigV2>
`

export const DROP_ALL = simFn(2, '', timing('Type="2" Static="1" Chance="100"'))
export const dropByChance = (percent: number): string => simFn(2, '', timing(`Type="3" Static="1" Chance="${percent}"`))
export const dropNth = (n: number): string => simFn(2, '', timing(`Type="2" Static="${n}" Chance="100"`))
export const delayBy = (ms: number): string =>
  simFn(1, `DelayValue="${ms / 10}" DelayType="0"`, timing('Type="2" Static="1" Chance="100"'))
export const jitterOf = (ms: number): string =>
  simFn(1, `DelayValue="${ms / 10}" DelayType="1"`, timing('Type="2" Static="1" Chance="100"'))
