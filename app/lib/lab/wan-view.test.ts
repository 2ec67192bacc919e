import { describe, expect, it } from 'vitest'
import { GOOD, type Impairment, presetDirection } from '@/server/domain/impairment'
import type { WanLink } from '@/server/domain/wan'
import { ago, linkState, pieces, powerAction, roundTripText, shares, type WanView } from './wan-view'

const link: WanLink = {
  id: 'starlink-1',
  wanulator: {
    vm: 103,
    title: 'Versa-1',
    nics: [
      { guest: 'ens18', nic: 'in0' },
      { guest: 'ens19', nic: 'out0' },
    ],
  },
  port: { id: 'vni-0/1.0' },
  isp: { id: 'starlink-1', title: 'Starlink-1', kind: 'satellite', priority: 1 },
  toRouter: { guest: 'ens18', nic: { name: 'in0', plugged: { port: 'vni-0/1.0' } } },
  toIsp: { guest: 'ens19', nic: { name: 'out0', plugged: { isp: 'starlink-1' } } },
}

type Reading = WanView['wanulators'][number]['reading']
const read = (impairment: Impairment | null, good = false, text = 'as read'): Reading => ({
  ...{ impairment, good, text, atMs: 1000, isByRun: false },
})
const byRun = (impairment: Impairment): Reading => {
  const reading = read(impairment)
  return reading && { ...reading, isByRun: true }
}
const DROP_15 = { toIsp: presetDirection('drop-15'), toRouter: GOOD }

const view = (reading: Reading, more: Partial<WanView> = {}): WanView => ({
  nics: {
    in0: { up: true, rxBitPerS: 3000, txBitPerS: 1000 },
    out0: { up: true, rxBitPerS: 1000, txBitPerS: 3000 },
  },
  wanulators: [{ vm: 103, status: 'running', reading, error: null }],
  ...{ isReading: false, isTaken: false },
  ...more,
})
const down = { in0: { up: true, rxBitPerS: 0, txBitPerS: 0 }, out0: { up: false, rxBitPerS: null, txBitPerS: null } }

describe('a link', () => {
  it.each([
    ['good', view(read({ toIsp: GOOD, toRouter: GOOD }, true)), 'pass ✓ good'],
    ['degraded one way', view(read(DROP_15)), 'unsure ▲ degraded'],
    ['cut', view(read({ toIsp: presetDirection('drop-100'), toRouter: GOOD })), 'fail ✕ cut'],
    ['without an emulator', view(read(null)), 'fail ✕ not as it should be'],
    ['with a cable out', view(read({ toIsp: GOOD, toRouter: GOOD }, true), { nics: down }), 'fail ✕ link down'],
    ['while a run is on', view(read(DROP_15), { isTaken: true }), 'running ● a run is on'],
    ['set by the run that is on', view(byRun(DROP_15), { isTaken: true }), 'unsure ▲ degraded'],
    ['with a cable out in a run', view(byRun(DROP_15), { isTaken: true, nics: down }), 'fail ✕ link down'],
    ['not read yet', view(null), 'neutral ? being read…'],
  ])('that is %s says so in a word, a shape and a colour', (_, wan, expected) => {
    const { tone, mark, word } = linkState(link, wan)
    expect(`${tone} ${mark} ${word}`).toBe(expected)
  })

  it('of a VM that is off, or whose console is in use by another, tells the reason', () => {
    const [one] = view(null).wanulators
    if (!one) throw new Error('none')
    expect(linkState(link, view(null, { wanulators: [{ ...one, status: 'stopped' }] }))).toMatchObject({
      word: 'VM stopped',
    })
    const error = { code: 'console-held', message: 'pve: qm is on it', hint: null, atMs: 1 } as const
    expect(linkState(link, view(null, { wanulators: [{ ...one, error }] }))).toMatchObject({
      ...{ word: 'not known', text: 'pve: qm is on it' },
    })
  })

  it('offers to start a VM that is off, and to restart one whose console does not answer', () => {
    const [one] = view(null).wanulators
    if (!one) throw new Error('none')
    const failed = (code: 'console-wedged' | 'console-held' | 'console-auth') => ({
      ...one,
      error: { code, message: '', hint: null, atMs: 1 },
    })
    expect(powerAction({ ...one, status: 'stopped' })).toBe('Start VM')
    expect(powerAction(failed('console-wedged'))).toBe('Restart VM')
    for (const fine of [undefined, one, { ...one, status: 'absent' }, failed('console-held'), failed('console-auth')])
      expect(powerAction(fine)).toBeNull()
  })

  it('is drawn piece by piece: each direction on the side where it leaves', () => {
    expect(pieces(link, view(read(DROP_15)))).toEqual({
      ...{ port: 'active', router: 'active', isp: 'degraded', cable: 'active' },
    })
    expect(pieces(link, view(read(DROP_15), { nics: down }))).toMatchObject({
      port: 'active',
      isp: 'down',
      cable: 'down',
    })
    expect(pieces(link, view(read(DROP_15), { isTaken: true }))).toMatchObject({ port: 'active', isp: 'idle' })
    expect(pieces(link, view(byRun(DROP_15), { isTaken: true }))).toMatchObject({ isp: 'degraded' })
    expect(pieces(link, null)).toEqual({ port: 'idle', router: 'idle', isp: 'idle', cable: 'idle' })
    expect(pieces(link, view(read({ toIsp: GOOD, toRouter: GOOD }, false)))).toMatchObject({
      ...{ router: 'degraded', isp: 'degraded' },
    })
  })
})

describe('traffic', () => {
  it('is shared out over the links that are counted', () => {
    const other = { ...link, id: 'other', toRouter: { guest: 'ens18', nic: { name: 'out0', plugged: null } } }
    const uncounted = { ...link, id: 'none', toRouter: { guest: 'ens18', nic: { name: 'nowhere', plugged: null } } }
    expect([...shares([link, other, uncounted], view(null))]).toEqual([
      ['starlink-1', 0.5],
      ['other', 0.5],
    ])
    expect([...shares([link], null)]).toEqual([])
  })
})

describe('words', () => {
  it('state the effect on a round trip', () => {
    const each = (direction: Impairment['toIsp']) => ({ toIsp: direction, toRouter: direction })
    expect(roundTripText(each(presetDirection('drop-15')))).toBe('28 % loss')
    expect(roundTripText(each(presetDirection('delay-150')))).toBe('300 ms delay')
    expect(roundTripText(each({ ...GOOD, lossPercent: 1, jitterMs: 80 }))).toBe('2.0 % loss, up to 160 ms jitter')
    expect(roundTripText(each(GOOD))).toBe('nothing')
  })

  it('tell an age', () => {
    expect([ago(-5), ago(12_300), ago(200_000)]).toEqual(['0 s ago', '12 s ago', '3 min ago'])
  })
})
