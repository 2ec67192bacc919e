import { describe, expect, test } from 'vitest'
import { until } from '../harness'
import { labAndApp } from './fixture'
import { cancelIn, killIn, worldFor } from './interrupt'
import { lookAtWan } from './wan-eyes'

const lab = labAndApp(async () => (await worldFor('WAN-1')).world)

/** Every link good by the world's truth, one emulator each, nobody on a console. */
const GOOD = { running: true, emulators: 1, console: 'login', client: null, isGood: true }

/** The three WANulators that links lead through. */
const hooked = async () => (await lookAtWan(lab.world)).vms.filter(({ vm }) => vm !== 100)

describe('a WAN case that does not end by itself', () => {
  // In every step: `npm run prove -- interruptions`.
  test('WAN-1 cancelled with a link cut leaves every link good', async () => {
    const before = await lookAtWan(lab.world)
    const run = await cancelIn(lab.app, lab.world, 'WAN-1', 'cut-starlink-1')
    expect([run.ending, run.dirty], run.message ?? '').toEqual(['cancelled', false])
    expect(run.verdict).not.toBe('pass')
    expect(await lookAtWan(lab.world)).toEqual(before)
    expect(await hooked()).toEqual([101, 102, 103].map((vm) => ({ vm, ...GOOD })))
  })

  test('WAN-1 killed with the app and two links cut is recovered', async () => {
    const before = await lookAtWan(lab.world)
    const run = await killIn(lab.app, lab.world, 'WAN-1', 'cut-starlink-2')
    expect([run.ending, run.dirty], run.message ?? '').toEqual(['interrupted', false])
    expect(await lookAtWan(lab.world)).toEqual(before)
    expect(await hooked()).toEqual([101, 102, 103].map((vm) => ({ vm, ...GOOD })))
  })

  test('WAN-1 killed with the app while its preflight reads consoles leaves none of them logged in', async () => {
    const before = await lookAtWan(lab.world)
    const { id } = await lab.app.start(lab.world.id, 'WAN-1', { durationS: 40 })
    await until('a console is logged in', async () => (await hooked()).some(({ console }) => console === 'shell'))
    await lab.app.kill()
    expect((await hooked()).map(({ console }) => console)).toContain('shell')
    await lab.app.restart()
    const run = await lab.app.ended(id)
    expect([run.ending, run.dirty], run.message ?? '').toEqual(['interrupted', false])
    expect(run.steps.map((step) => step.id)).not.toContain('capture')
    expect(await lookAtWan(lab.world)).toEqual(before)
  })
})
