import { expect, it } from 'vitest'
import { InterfaceSchema } from '../domain/lab'
import { testLab } from '../drivers/test-lab'
import { hostLinkFacts, parseVfStates } from './host-links'

const link = (ifname: string, flags: string[], more: object = {}) => ({ ifname, flags, address: 'a', ...more })
const table = [{ vf: 0, link_state: 'auto' }, { vf: 1, 'link-state': 'disable' }, { vf: 2 }]
const stdout = JSON.stringify([
  link('br-hb', ['BROADCAST', 'UP']),
  link('br-lan', ['BROADCAST']),
  link('eno6', ['UP'], { vfinfo_list: table }),
])

it('a host shows the bridges and virtual functions that the lab file names', () => {
  const entry = { name: 'ge-0/0/1', linux: 'ge-0-0-1', role: 'wan' }
  const vfs = [1, 7].map((index) => InterfaceSchema.parse({ ...entry, vf: { pf: 'eno6', index } }))
  const lab = testLab()
  const networks = ['br-hb', 'br-lan', 'wan'].map((name) => ({ name, role: 'other' as const }))
  const instances = lab.instances.map((instance, i) => (i === 0 ? { ...instance, interfaces: vfs } : instance))
  expect(hostLinkFacts({ ...lab, networks, instances }, stdout)).toEqual({
    'lab-host/link/br-hb/set': 'up',
    'lab-host/link/br-lan/set': 'down',
    'lab-host/link/eno6/vf/1': 'disable',
    'lab-host/link/eno6/vf/7': 'absent',
  })
  expect(hostLinkFacts({ ...lab, networks }, 'sh: ip: not found')).toEqual({ 'lab-host/links': 'not readable' })
})

it('a table of virtual functions is read in both spellings', () => {
  expect([...(parseVfStates(stdout, 'eno6') ?? [])]).toEqual([
    [0, 'auto'],
    [1, 'disable'],
    [2, 'unknown'],
  ])
  expect([parseVfStates(stdout, 'eno7'), parseVfStates('{', 'eno6')]).toEqual([null, null])
})
