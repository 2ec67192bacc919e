import { describe, expect, it } from 'vitest'
import { type WanLab, WanLabSchema } from '../domain/lab'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { answeredLab } from '../drivers/test-lab'
import type { InForce } from '../drivers/wanulator/emulator'
import { wanFacts, wanulatorFacts, withGoodLinks } from './wan-facts'
import { checkWan } from './wan-preflight'

const lab: WanLab = WanLabSchema.parse(exampleWanLab())
const options = { tag: 'run1/preflight', env: { WANULATOR_PASSWORD: 'pw' } }

const NICS = lab.wan.nics.map(({ name }) => name)
const linksOf = (down: readonly string[]) =>
  JSON.stringify(
    NICS.map((ifname, at) => ({
      ...{ ifname, master: `vmbr${at}`, operstate: down.includes(ifname) ? 'DOWN' : 'UP' },
      flags: down.includes(ifname) ? ['UP'] : ['UP', 'LOWER_UP'],
    })),
  )
const list = (status: (vm: number) => string) =>
  `      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID
${lab.wan.wanulators.map(({ vm }) => `       ${vm} wanulator-${vm}        ${status(vm)}    512    0.00 ${vm}00`).join('\n')}\n`

/** A PVE host that answers, whose serial consoles cannot be opened. */
const access = (down: readonly string[], status: (vm: number) => string) => ({
  ...answeredLab((argv) => {
    if (argv.includes('qm list')) return { stdout: list(status) }
    if (argv.includes('qm config')) return { stdout: 'name: x\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr2\n' }
    if (argv.includes('ip -j link')) return { stdout: linksOf(down) }
    return {}
  }),
  lab,
})

describe('the preflight of a WAN', () => {
  it('names VMs that do not run, NICs without a link, and consoles that cannot be used', async () => {
    const checks = await checkWan(
      access(['enp2s0f3'], (vm) => (vm === 102 ? 'stopped' : 'running')),
      options,
    )
    const byId = new Map(checks.map((check) => [check.id, check]))
    expect(byId.get('vms')).toMatchObject({ ok: false, found: expect.stringContaining('(VM 102) is stopped') })
    expect(byId.get('vms')?.hint).toContain('qm start 102')
    expect(byId.get('nics')).toMatchObject({ ok: false, found: 'enp2s0f3 is down' })
    expect(byId.get('links')).toMatchObject({ ok: true, found: '3' })
    expect([...byId].filter(([id, { ok }]) => id.startsWith('link-') && !ok)).toHaveLength(3)
  })

  it('says which variable holds no password', async () => {
    const checks = await checkWan(
      access([], () => 'running'),
      { tag: 'run1/preflight', env: {} },
    )
    const bad = checks.filter(({ ok }) => !ok)
    expect(bad.map(({ found }) => found)).toEqual(
      Array(3).fill(expect.stringContaining('WANULATOR_PASSWORD is not set')),
    )
  })
})

describe('the snapshot of a WAN', () => {
  it('holds VMs, bridges and links, and says what could not be read', async () => {
    const facts = await wanFacts(
      access(['enp1s0f0'], (vm) => (vm === 103 ? 'stopped' : 'running')),
      options,
    )
    expect(facts).toMatchObject({
      'pve/link/enp1s0f0': 'down',
      'pve/link/enp1s0f2': 'up',
      'pve/link/enp1s0f2/bridge': 'vmbr2',
      'vm 103/status': 'stopped',
      'vm 101/net0': 'bc:24:11:00:00:01 vmbr2 plugged',
      'wanulator 101/inside': 'not readable',
      'wanulator 100/inside': 'silent',
    })
    expect(facts['wanulator 103/inside']).toBeUndefined()
  })

  it('tells a link that was left degraded, a second emulator and a console that was left logged in', () => {
    const inForce: InForce = { kind: 'several', count: 2 }
    const reading = { kind: 'unreadable', reason: '2 emulators run, each does its part' } as const
    expect(wanulatorFacts(103, { found: 'shell', inForce, reading })).toEqual({
      'wanulator 103/in force': '2 emulators run, each does its part',
      'wanulator 103/emulators': '2',
      'wanulator 103/console': 'found at: shell',
    })
  })

  it('is to say the same of every link that was made good, whatever it said before', () => {
    const good = { 'in force': 'good', emulators: '1', console: 'logged out' }
    const of = (vm: number, facts: Record<string, string>) =>
      Object.fromEntries(Object.entries(facts).map(([key, value]) => [`wanulator ${vm}/${key}`, value]))
    const before = {
      ...{ 'vm 101/status': 'running', 'vm 102/status': 'running', 'vm 103/status': 'stopped', 'pve/link/eno1': 'up' },
      ...of(101, { ...good, 'in force': '15 % loss each way', console: 'found at: shell' }),
      ...of(102, { inside: 'not readable' }),
    }
    expect(withGoodLinks(before, [102, 103])).toEqual({
      ...{ 'vm 101/status': 'running', 'vm 102/status': 'running', 'vm 103/status': 'running', 'pve/link/eno1': 'up' },
      ...of(101, { ...good, 'in force': '15 % loss each way', console: 'found at: shell' }),
      ...{ ...of(102, good), ...of(103, good) },
    })
    expect(withGoodLinks(before, [])).toEqual(before)
  })
})
