import { afterEach, describe, expect, it } from 'vitest'
import { GOOD, type Impairment, presetDirection, presetOf } from '@/server/domain/impairment'
import { type AnyLab, hasWan } from '@/server/domain/lab'
import { wanLinks } from '@/server/domain/wan'
import { parseLinkRows } from '@/server/drivers/ip-link-parse'
import { startNicCapture } from '@/server/drivers/pcap/capture'
import { readFrame } from '@/server/drivers/pcap/testing/frame'
import { powerOff, powerOn, readVmConfig, readVmStatus, readVms, type WanAccess } from '@/server/drivers/pve/pve'
import { revertScript } from '@/server/drivers/revert'
import {
  applyWcfg,
  linkReading,
  readInForce,
  readsGood,
  setImpairment,
  withWanulator,
} from '@/server/drivers/wanulator/wanulator'
import { loadLab } from '@/server/topology/load'
import { SshPool } from '@/server/transport/pool'
import { quote } from '@/server/transport/quote'
import { failure } from '@/server/transport/test-server'
import { delay, until } from '../testing/client'
import type { SomeOptions } from '../world/options'
import { PASSWORD_ENV } from './labfile'
import { WAN_SWITCHES } from './options'
import { type TestWan, testWan } from './testing'

const PASSWORD = 'lab-console-7'
const env = { [PASSWORD_ENV]: PASSWORD }
const options = { tag: 'test/wan', env }

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end()
})

const wanOf = (lab: AnyLab): WanAccess['lab'] => {
  if (!hasWan(lab)) throw new Error('no WAN')
  return lab
}

/** A world, and the product's own drivers on it. */
async function start(world: SomeOptions = {}): Promise<TestWan & { access: WanAccess }> {
  const wan = await testWan(world)
  cleanups.push(wan.close)
  const loaded = await loadLab(wan.lab.labFile)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors))
  const lab = wanOf(loaded.lab)
  const pool = new SshPool(lab.hosts, { env, passwords: [lab.wan.console] })
  cleanups.push(() => pool.dispose())
  return { ...wan, access: { pool, lab } }
}

const wanulator = (access: WanAccess, vm: number) => {
  const link = wanLinks(access.lab.wan).find((one) => one.wanulator.vm === vm)
  if (!link) throw new Error(`no link of ${vm}`)
  return link
}

const readingOf = (access: WanAccess, vm: number) => {
  const link = wanulator(access, vm)
  return withWanulator(access, link.wanulator, options, async (shell, emulator) =>
    linkReading(link, await readInForce(shell, emulator)),
  )
}

describe('the PVE host', () => {
  it('is what the lab file says: VMs, their bridges, NICs, switches', async () => {
    const { access, lab } = await start()
    const rows = await readVms(access, options)
    expect(rows.map(({ vm, status }) => [vm, status])).toEqual([
      [100, 'stopped'],
      [101, 'running'],
      [102, 'running'],
      [103, 'running'],
    ])
    const asked = await access.pool.on('pve').exec(['ip', '-j', 'link', 'show'], { timeoutMs: 5000 })
    const links = parseLinkRows(asked.stdout) ?? []
    for (const { vm, nics } of access.lab.wan.wanulators) {
      const config = await readVmConfig(access, vm, options)
      expect(config.hasSerialSocket).toBe(true)
      const bridges = nics.map(({ nic }) => links.find(({ name }) => name === nic)?.master)
      expect(config.nets.map(({ bridge }) => bridge)).toEqual(bridges)
      expect(bridges).toEqual(nics.map(({ nic }) => access.lab.wan.nics.find(({ name }) => name === nic)?.bridge))
    }
    expect(access.lab.switches.map(({ id }) => id)).toEqual([...WAN_SWITCHES])
    expect(lab.ssh.connections()).toBeGreaterThan(1)
  })

  it('starts and stops a WANulator; what was in its memory is gone', async () => {
    const { access, pve } = await start()
    await powerOff(access, 103, options)
    expect(await readVmStatus(access, 103, options)).toBe('stopped')
    expect((await pve.run('socat - UNIX-CONNECT:/var/run/qemu-server/103.serial0')).stderr).toContain('No such file')
    expect((await failure(readingOf(access, 103))).code).toBe('console-lost')
    await powerOn(access, 103, options)
    await until('booted', async () => (await readingOf(access, 103).catch(() => null)) !== null)
    expect(await readingOf(access, 103)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('no emulator'),
    })
  })
})

describe('a WANulator', () => {
  const DROP_15: Impairment = { toIsp: presetDirection('drop-15'), toRouter: GOOD }

  it('is read, changed, read back and left logged out, from every state that its console can be in', async () => {
    const { access, lab } = await start()
    const link = wanulator(access, 103)
    expect(readsGood(await readingOf(access, 103))).toBe(true)
    for (const as of ['shell', 'busy', 'password', 'login'] as const) {
      await lab.control.console({ vm: 103, as })
      const preset =
        as === 'busy' ? DROP_15 : { toIsp: presetDirection('delay-150'), toRouter: presetDirection('jitter-80') }
      await withWanulator(access, link.wanulator, options, (shell, emulator) =>
        setImpairment(shell, emulator, link, preset),
      )
      const { vms } = (await lab.control.state()) as {
        vms: { vm: number; console: string; client: null; emulators: unknown[] }[]
      }
      const now = vms.find(({ vm }) => vm === 103)
      expect(now, as).toMatchObject({ console: 'login' })
      expect(now?.emulators).toHaveLength(1)
    }
    const reading = await readingOf(access, 103)
    expect(reading.kind === 'impairment' && presetOf(reading.impairment.toIsp)).toBe('delay-150')
    const drop = { kind: 'delay', ms: 150, isRandom: false, timing: { kind: 'nth', n: 1 } }
    expect(lab.world.vm(103).inForce()[0]?.ens19).toContainEqual(drop)
    expect(lab.world.vm(102).inForce()).toHaveLength(1)
  }, 60_000)

  it('is made good by the revert script when the app is gone, and left logged out', async () => {
    const { access, lab, pve } = await start()
    const link = wanulator(access, 103)
    await withWanulator(access, link.wanulator, options, (shell, emulator) =>
      setImpairment(shell, emulator, link, DROP_15),
    )
    const directory = '/var/tmp/gone'
    const script = revertScript(access.lab, 'run1', [{ kind: 'link-good', vm: 103 }])
    await pve.run(`mkdir ${directory}; printf %s ${PASSWORD} >${directory}/secret`)
    await pve.run(quote(['sh', '-c', 'cat >"$1"', 'sh', `${directory}/revert.sh`]), script)
    const { stdout, code } = await pve.run(`sh ${directory}/revert.sh ${directory}`)
    expect([stdout, code]).toEqual(['restored: WANulator 103 good\n', 0])
    const { vms } = (await lab.control.state()) as { vms: { vm: number; console: string }[] }
    expect(vms.find(({ vm }) => vm === 103)).toMatchObject({ console: 'login' })
    expect(readsGood(await readingOf(access, 103))).toBe(true)
  }, 60_000)

  it('goes back to the file before when one cannot be read', async () => {
    const { access, lab } = await start()
    const { wanulator: of } = wanulator(access, 101)
    const error = await failure(
      withWanulator(access, of, options, (shell, emulator) => applyWcfg(shell, emulator, '<WANulatorConfigV2/>\n')),
    )
    expect([error.code, error.stderrTail]).toEqual(['command-failed', expect.stringContaining('Cannot parse')])
    expect(lab.world.vm(101).inForce()).toHaveLength(1)
    expect(readsGood(await readingOf(access, 101))).toBe(true)
  }, 30_000)

  it.each([
    ['console-wedged', 'console-wedged'],
    ['console-held', 'console-held'],
    ['wrong-password', 'console-auth'],
  ])(
    'with %s fails with %s within 5 s, and works again afterwards',
    async (name, code) => {
      const { access, lab } = await start({ loginMs: 2500 })
      await lab.control.switch({ name, on: true })
      const startMs = performance.now()
      expect((await failure(readingOf(access, 103))).code).toBe(code)
      expect(performance.now() - startMs).toBeLessThan(5500)
      await lab.control.switch({ name, on: false })
      expect(readsGood(await readingOf(access, 103))).toBe(true)
    },
    30_000,
  )

  it.each([
    ['emulator-dead', { kind: 'unreadable', reason: expect.stringContaining('no emulator') }],
    ['two-emulators', { kind: 'unreadable', reason: expect.stringContaining('2 emulators') }],
    [
      'link-degraded',
      { kind: 'impairment', impairment: { toIsp: { lossPercent: 15 }, toRouter: { lossPercent: 15 } } },
    ],
    ['console-left', { kind: 'impairment', impairment: { toIsp: { lossPercent: 0 } } }],
  ])(
    'with %s is found so',
    async (name, expected) => {
      const { access, lab } = await start()
      await lab.control.switch({ name, on: true })
      await delay(300)
      expect(await readingOf(access, 103)).toMatchObject(expected)
      await lab.control.switch({ name, on: false })
      await until('good again', async () => readsGood(await readingOf(access, 103)))
    },
    30_000,
  )
})

describe('a capture', () => {
  it('shows the tunnel of the traffic and the router’s own probes, on the NIC and in the direction asked for', async () => {
    const { access, lab, edge } = await start()
    const packets: { stampMs: number; bytes: number; target: number | undefined }[] = []
    let isReady = () => {}
    const ready = new Promise<void>((resolve) => {
      isReady = resolve
    })
    const capture = await startNicCapture(
      access,
      'pve',
      { nic: 'enp2s0f2', direction: 'in' },
      {
        ...{ tag: 'test/capture', timeoutMs: 20_000, onReady: isReady },
        onPacket: ({ stampMs, bytes, data }, linkType) =>
          packets.push({ stampMs, bytes, target: readFrame(linkType, data)?.ipv4?.target }),
      },
    )
    await ready
    const { stdout } = await edge.run('ping -D -i 0.02 -c 50 192.168.100.2')
    await lab.control.truth()
    await until('the last one is there', () => packets.filter(({ bytes }) => bytes === 170).length === 50)
    capture.close()
    await capture.done
    expect(stdout).toContain('50 packets transmitted, 50 received')
    expect(new Set(packets.map(({ bytes }) => bytes))).toEqual(new Set([138, 170]))
    expect(new Set(packets.map(({ target }) => target))).toEqual(new Set([0xcb00710a]))
    const stamps = packets.map(({ stampMs }) => stampMs)
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
  })

  it.each([
    ['capture-denied', 'may not capture'],
    ['nic-down', 'the NIC is down'],
  ])('with %s says so', async (name, message) => {
    const { access, lab } = await start()
    await lab.control.switch({ name, on: true })
    const capture = await startNicCapture(
      access,
      'pve',
      { nic: 'enp2s0f3', direction: 'out' },
      { tag: 'test/capture', timeoutMs: 5000, onPacket: () => {} },
    )
    expect((await failure(capture.done)).message).toContain(message)
  })
})
