import { expect, it } from 'vitest'
import type { FlowSession } from '../../domain/cluster'
import type { EventBody } from '../../domain/event'
import { LabSchema } from '../../domain/lab'
import { testLab } from '../../drivers/test-lab'
import { analyse } from '../../measure/analysis'
import { declaredPrimary } from '../roles'
import { sessionsVisible, snatApplied } from './connectivity'

const base = testLab()
const lab = LabSchema.parse({
  ...base,
  instances: base.instances.map((instance, at) =>
    at === 0
      ? { ...instance, interfaces: [{ name: 'ge-0/0/1', linux: 'ge-0-0-1', role: 'wan', reth: 'reth0' }] }
      : instance,
  ),
  cluster: {
    ...base.cluster,
    reths: [{ name: 'reth0', redundancyGroup: 1, zone: 'wan', vip: '172.16.50.6/24', members: ['ge-0/0/1'] }],
  },
})
const [target] = lab.targets
const address = target?.address ?? ''
const translated = '172.16.50.6:9'

const ping = (id: number, natSource: string | null, timeoutS: number | null): FlowSession => ({
  ...{ node: null, id: String(id), protocol: 'icmp', source: `10.0.60.102:${id}`, destination: `${address}:${id}` },
  ...{ natSource, state: null, haState: null, timeoutS },
})

function verdicts(sessions: FlowSession[]): string {
  const body: EventBody = { kind: 'sessions', label: 'before', node: declaredPrimary(lab).name, sessions }
  const analysis = analyse({ lab, params: {}, events: [{ ...body, seq: 1, atMs: 0 }], streams: new Map() })
  return [sessionsVisible, snatApplied].map(({ judge }) => judge(analysis).verdict).join()
}

it.each([
  ['a ping that is translated', [ping(1, translated, 30)], 'pass,pass'],
  ['one that is not', [ping(1, null, 30)], 'pass,fail'],
  [
    'an earlier one, untranslated, whose session has not run out',
    [ping(1, null, 3), ping(2, translated, 30)],
    'pass,pass',
  ],
  ['one that is no longer translated', [ping(1, translated, 3), ping(2, null, 30)], 'pass,fail'],
  ['none', [], 'fail,inconclusive'],
])('%s', (_, sessions, expected) => {
  expect(verdicts(sessions)).toBe(expected)
})
