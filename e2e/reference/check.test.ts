import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Finding, type LabCheck, needsAttention } from '../../server/domain/check'
import { App, until } from '../harness'
import { type Interfaces, miswritten } from '../lab-copy'
import { REFERENCE } from './accuracy'
import { INCUS, look } from './lab-eyes'

const PORTS = ['ge-0/0/0', 'ge-0/0/1'] as const
const SWAPPED = ['interface/bpfrx-fw0/ge-0/0/0', 'interface/bpfrx-fw0/ge-0/0/1']
const DETACHED = 'interface/bpfrx-fw1/ge-7/0/1'
const OTHER_MAC = '02:bf:72:00:00:99'

const MISTAKES: Record<string, (of: Interfaces) => void> = {
  names: (of) => of.swap('bpfrx-fw0', PORTS, ['linux']),
  devices: (of) => of.swap('bpfrx-fw0', PORTS, ['device']),
  whole: (of) => of.swap('bpfrx-fw0', PORTS, ['linux', 'device', 'source', 'network', 'mac', 'reth', 'role']),
  mac: (of) => {
    of.of('bpfrx-fw0', 'fab0').mac = OTHER_MAC
  },
  gone: (of) => {
    of.of('bpfrx-fw1', 'ge-7/0/1').device = 'wan-vf2'
  },
  both: (of) => {
    of.swap('bpfrx-fw0', PORTS, ['linux', 'device'])
    of.of('bpfrx-fw0', 'fab0').mac = OTHER_MAC
  },
}

let app: App

beforeAll(async () => {
  const copies = Object.entries(MISTAKES).map(([id, edit]) => miswritten(REFERENCE.file, id, edit))
  app = await App.start([REFERENCE.file, ...copies])
})

afterAll(() => app?.stop())

async function wrongIn(lab: string): Promise<Finding[]> {
  const { findings } = await app.get<LabCheck>(`/api/v1/labs/${lab}/check`)
  return findings.filter(needsAttention)
}
const ids = (findings: readonly Finding[]) => findings.map(({ id }) => id).sort()
const shell = (command: string) => promisify(execFile)('sh', ['-c', command])

test('the reference lab is as its file says', async () => {
  await look()
  const { findings, skipped } = await app.get<LabCheck>(`/api/v1/labs/${REFERENCE.id}/check`)
  expect(findings.filter(needsAttention)).toEqual([])
  expect(skipped).toEqual([])
  expect(findings.filter(({ id }) => id.startsWith('interface/'))).toHaveLength(10)
})

test.each(['names', 'devices', 'whole'])(
  'two interfaces swapped in the YAML (%s): names exactly those',
  async (lab) => {
    expect(ids(await wrongIn(lab))).toEqual(SWAPPED)
  },
)

test('one MAC changed in the YAML: names exactly that, with what differs', async () => {
  const wrong = await wrongIn('mac')
  expect(ids(wrong)).toEqual(['interface/bpfrx-fw0/fab0'])
  expect(wrong[0]?.differences).toEqual([
    { what: 'MAC', declared: OTHER_MAC, found: '02:bf:72:00:00:02', where: 'ip link in bpfrx-fw0' },
  ])
})

test('a device that only the YAML has: names exactly that', async () => {
  expect(ids(await wrongIn('gone'))).toEqual([DETACHED])
})

test('a detached device: names exactly that, with the other mistakes exactly those, and its command mends it', async () => {
  const before = await look()
  const putBack =
    `${INCUS} config device add bpfrx-fw1 wan-vf nic network=bpfrx-wan name=ge-7-0-1 hwaddr=02:bf:72:00:01:04 && ` +
    `${INCUS} exec bpfrx-fw1 -- ip link set ge-7-0-1 up`
  await shell(`${INCUS} config device remove bpfrx-fw1 wan-vf`)
  let isBack = false
  try {
    const gone = await until('the check says that it is missing', async () => {
      const wrong = await wrongIn(REFERENCE.id)
      return wrong.length > 0 && wrong
    })
    expect(ids(gone)).toEqual([DETACHED])
    expect(ids(await wrongIn('both'))).toEqual([...SWAPPED, 'interface/bpfrx-fw0/fab0', DETACHED].sort())
    const command = gone[0]?.mend?.command ?? 'false'
    expect(command.replaceAll('incus ', `${INCUS} `)).toBe(putBack)
    await shell(command.replaceAll('incus ', `${INCUS} `))
    isBack = true
  } finally {
    if (!isBack) await shell(putBack)
  }
  await until('the lab is as declared again', async () => (await wrongIn(REFERENCE.id)).length === 0)
  expect(await look()).toEqual(before)
})
