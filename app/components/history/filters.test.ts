import { describe, expect, it } from 'vitest'
import { isFiltered, runFilter } from './filters'

const none = { lab: [], case: [], verdict: [], ending: [], version: [], from: null, to: null }

describe('history filters', () => {
  it('asks for everything without a filter', () => {
    expect(isFiltered(none)).toBe(false)
    expect(Object.values(runFilter(none)).every((v) => v === undefined)).toBe(true)
  })

  it('takes a day as a whole day where the reader is', () => {
    const day = new Date('2026-03-29T00:00:00Z')
    const { fromMs, toMs } = runFilter({ ...none, from: day, to: day })
    expect(fromMs).toBe(new Date(2026, 2, 29).getTime())
    expect(toMs).toBe(new Date(2026, 2, 30).getTime() - 1)
  })
})
