import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabClient } from '../../labs/embedded/testing/client'
import { type Finding, type LabCheck, needsAttention } from '../../server/domain/check'
import { App, World } from '../harness'
import { type Interfaces, miswritten } from '../lab-copy'

const PORTS = ['ge-0/0/0', 'ge-0/0/1'] as const
const SWAPPED = ['interface/bpfrx-fw0/ge-0/0/0', 'interface/bpfrx-fw0/ge-0/0/1']
const OTHER_MAC = '02:00:5e:00:53:99'

const swapNames = (of: Interfaces) => of.swap('bpfrx-fw0', PORTS, ['linux'])
const swapAll = (of: Interfaces) =>
  of.swap('bpfrx-fw0', PORTS, ['linux', 'kernel', 'device', 'source', 'profile', 'mac'])
const changeMac = (of: Interfaces) => {
  of.of('bpfrx-fw1', 'fab0').mac = OTHER_MAC
}

let world: World
let app: App
let client: LabClient

beforeAll(async () => {
  world = await World.startAlone('embedded')
  const copies: [string, (of: Interfaces) => void][] = [
    ['names', swapNames],
    ['all', swapAll],
    ['mac', changeMac],
    [
      'both',
      (of) => {
        swapNames(of)
        changeMac(of)
      },
    ],
  ]
  app = await App.start([world.labFile, ...copies.map(([id, edit]) => miswritten(world.labFile, id, edit))])
  client = await LabClient.connect(world.labFile)
})

afterAll(async () => {
  client?.end()
  await app?.stop()
  await world?.close()
})

async function wrongIn(lab: string): Promise<Finding[]> {
  const { findings } = await app.get<LabCheck>(`/api/v1/labs/${lab}/check`)
  return findings.filter(needsAttention)
}
const ids = (findings: readonly Finding[]) => findings.map(({ id }) => id).sort()

async function run(command: string): Promise<void> {
  const result = await client.run(command)
  expect(result.code, `${command}: ${result.stderr}`).toBe(0)
}

test('two swapped interfaces in the lab file: names those two, and what differs', async () => {
  const names = await wrongIn('names')
  expect(ids(names)).toEqual(SWAPPED)
  expect(names.map(({ differences }) => differences.map(({ what }) => what))).toEqual([['Linux name'], ['Linux name']])
  const all = await wrongIn('all')
  expect(ids(all)).toEqual(SWAPPED)
  for (const { hint } of all) expect(hint).toContain('the two are swapped')
})

test('a MAC that was changed in the lab file: names that', async () => {
  const wrong = await wrongIn('mac')
  expect(ids(wrong)).toEqual(['interface/bpfrx-fw1/fab0'])
  expect(wrong[0]?.differences).toEqual([
    { what: 'MAC', declared: OTHER_MAC, found: '00:16:3e:5a:12:01', where: 'ip link in bpfrx-fw1' },
  ])
})

test('what differs in the lab itself is found by the file that is right, and mended by its commands', async () => {
  await run('incus exec bpfrx-fw0 -- sh -c "echo 1 >/etc/bpfrx/node-id"')
  await run('ip link set eno6np1 vf 1 spoofchk on')
  await run('sysctl -w net.ipv4.ip_forward=0')
  await run('ip link set veth5a1201 master bpfrx-heartbeat')
  const wrong = await wrongIn(world.id)
  expect(wrong.map(({ id, found }) => [id, found]).sort()).toEqual([
    ['interface/bpfrx-fw1/fab0', 'bridge bpfrx-heartbeat (veth5a1201)'],
    ['node-id/node0', 'id 1'],
    ['sysctl/incus/net.ipv4.ip_forward', 'value 0'],
    ['vf/bpfrx-fw1/ge-7/0/1', 'spoof checking on'],
  ])
  for (const { mend } of wrong) await run(mend?.command ?? 'false')
  expect(await wrongIn(world.id)).toEqual([])
})

// Last: nothing puts the VF back as it was.
test('a detached device: names that one, and with the other mistakes exactly those', async () => {
  await run('incus config device remove bpfrx-fw1 wan-vf')
  const gone = await wrongIn(world.id)
  expect(gone.map(({ id, status }) => [id, status])).toEqual([['interface/bpfrx-fw1/ge-7/0/1', 'missing']])
  expect(ids(await wrongIn('both'))).toEqual([...SWAPPED, 'interface/bpfrx-fw1/fab0', 'interface/bpfrx-fw1/ge-7/0/1'])
})
