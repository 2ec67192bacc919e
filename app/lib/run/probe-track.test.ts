import { describe, expect, it } from 'vitest'
import type { SampleRow } from '@/server/domain/sample'
import { ProbeTrack } from './probe-track'

const reply = (seq: number, sentMs: number, rttMs = 1): SampleRow => [0, sentMs + rttMs, seq, rttMs, 63, 64]
const silent = (seq: number, sentMs: number): SampleRow => [1, sentMs + 5, seq, null, null, null]

/** One probe each 5 ms from 1000 on; those with a number in `lost` get no answer. */
function rows(count: number, lost: (seq: number) => boolean, rttMs = 1): SampleRow[] {
  return Array.from({ length: count }, (_, i) =>
    lost(i + 1) ? silent(i + 1, 1000 + i * 5) : reply(i + 1, 1000 + i * 5, rttMs),
  )
}

const pushAll = (track: ProbeTrack, all: SampleRow[], first = 0) => all.map((row, i) => track.push(first + i, row))

describe('ProbeTrack', () => {
  it('takes every row once, by index, and notices a hole', () => {
    const track = new ProbeTrack()
    const all = rows(10, () => false)
    pushAll(track, all)
    expect(pushAll(track, all)).toEqual(all.map(() => false))
    expect(track.answered).toBe(10)
    expect(track.hole).toBe(false)
    track.push(12, reply(13, 1060))
    expect(track.hole).toBe(true)
  })

  it('measures an outage from the last answer before to the first one after', () => {
    const track = new ProbeTrack()
    pushAll(
      track,
      rows(400, (seq) => seq > 100 && seq <= 200),
    )
    expect(track.losses()).toEqual([{ fromMs: 1000 + 99 * 5, toMs: 1000 + 200 * 5, lost: 100, open: false }])
    expect(track.last).toMatchObject({ index: 399, seq: 400, lost: 100 })
  })

  it('shows an outage that still goes on, and takes nothing for lost that may be on its way', () => {
    const track = new ProbeTrack()
    pushAll(
      track,
      rows(200, (seq) => seq > 100),
    )
    expect(track.losses()).toMatchObject([{ fromMs: 1495, open: true }])
    const fresh = new ProbeTrack()
    pushAll(
      fresh,
      rows(110, (seq) => seq > 100),
    )
    expect(fresh.last?.lost).toBe(0)
    expect(fresh.losses()).toEqual([])
  })

  it('takes back a "no answer yet" that is answered', () => {
    const track = new ProbeTrack()
    let index = 0
    for (let seq = 1; seq <= 200; seq++) {
      track.push(index++, silent(seq, 1000 + seq * 5))
      if (seq > 4) track.push(index++, reply(seq - 4, 1000 + (seq - 4) * 5, 20))
    }
    expect(track.last?.lost).toBe(0)
    expect(track.losses()).toEqual([])
  })

  it('follows icmp_seq over its wrap', () => {
    const track = new ProbeTrack()
    const seqs = Array.from({ length: 40 }, (_, i) => (65_520 + i) & 0xffff)
    for (const [i, seq] of seqs.entries()) track.push(i, i > 10 && i < 25 ? silent(seq, i * 5) : reply(seq, i * 5))
    expect(track.losses()).toMatchObject([{ lost: 14, fromMs: 50, toMs: 125 }])
  })

  it('counts the same loss from a thinned window, and goes on with live rows', () => {
    const all = rows(1000, (seq) => seq > 300 && seq <= 700)
    const kept = [0, 100, 200, 299, 300, 699, 700, 850, 999]
    const window = {
      stream: 'probe:x',
      firstIndex: 0,
      lastIndex: 999,
      count: 1000,
      indexes: kept,
      rows: kept.map((i) => all[i] ?? []),
    }
    const later = rows(1002, () => false).slice(998)
    const track = ProbeTrack.from(
      window,
      later.map((row, i) => [998 + i, row] as const),
    )
    expect(track.losses()).toMatchObject([{ lost: 400, fromMs: 1000 + 299 * 5, toMs: 1000 + 700 * 5, open: false }])
    expect(track.lastIndex).toBe(1001)
    expect(track.hole).toBe(false)
  })
})
