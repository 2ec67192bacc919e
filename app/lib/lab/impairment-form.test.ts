import { describe, expect, it } from 'vitest'
import { GOOD, presetDirection } from '@/server/domain/impairment'
import { checkField, impairmentOf, valuesOf } from './impairment-form'

describe('the form of an impairment', () => {
  it('shows what is given and gives it back, each way or the same both ways', () => {
    const same = { toIsp: presetDirection('drop-5th'), toRouter: presetDirection('drop-5th') }
    expect(valuesOf(same)).toMatchObject({ both: true, toIsp: { dropEveryNth: '5', lossPercent: '0' } })
    const other = { toIsp: presetDirection('jitter-50-150'), toRouter: GOOD }
    expect(valuesOf(other)).toMatchObject({ both: false, toRouter: { dropEveryNth: '' } })
    for (const one of [same, other]) expect(impairmentOf(valuesOf(one))).toEqual(one)
    expect(impairmentOf({ ...valuesOf(other), both: true })).toEqual({ toIsp: other.toIsp, toRouter: other.toIsp })
  })

  it.each([
    ['lossPercent', '15', true],
    ['lossPercent', '15.5', '0 to 100, whole'],
    ['lossPercent', '', '0 to 100, whole'],
    ['dropEveryNth', '', true],
    ['dropEveryNth', '0', '1 drops all, empty none'],
    ['delayMs', '155', 'in steps of 10'],
    ['jitterMs', 'x', 'in steps of 10'],
  ] as const)('%s takes "%s": %s', (key, text, expected) => {
    expect(checkField(key, text)).toBe(expected)
  })

  it('is no impairment while a field cannot be taken', () => {
    const values = valuesOf({ toIsp: GOOD, toRouter: GOOD })
    expect(impairmentOf({ ...values, toIsp: { ...values.toIsp, delayMs: '5' } })).toBeNull()
  })
})
