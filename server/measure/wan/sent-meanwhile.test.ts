import { describe, expect, it } from 'vitest'
import type { RunContext } from '../../domain/run'
import type { ProbeAnalysis } from '../probe-analysis'
import { sentMeanwhile } from './sent-meanwhile'

/** The PVE host's clock is a second ahead of the edge node's. */
const context = {
  clocks: { pve: { offsetMs: 1000, errorMs: 1 }, edge: { offsetMs: 0, errorMs: 1 } },
} as unknown as RunContext
const about = { host: 'pve', context, tripMs: 50 }
/** 10 to 13 s on the edge node's clock. */
const PAUSE = { fromMs: 11_000, toMs: 14_000 }

/** Each 100 ms from 5 to 20 s, but where nothing is sent; answered after 40 ms, or never. */
function probe(isAnswered: (atMs: number) => boolean, isSent: (atMs: number) => boolean = () => true): ProbeAnalysis {
  const sent = Array.from({ length: 150 }, (_, i) => 5000 + i * 100).filter(isSent)
  const records = sent.map((sendMs) => ({
    ...{ sendMs, loMs: sendMs - 1, hiMs: sendMs + 1 },
    rttMs: isAnswered(sendMs) ? 40 : null,
  }))
  const target = { id: 'far', title: 'Far side', from: { host: 'edge' } }
  return { target, timeline: { records } } as unknown as ProbeAnalysis
}

const outside = (atMs: number) => atMs < 10_000 || atMs >= 13_000

describe('what was sent while captures show no traffic', () => {
  it('was lost: the pause is an outage, known to a spacing', () => {
    expect(sentMeanwhile([probe(outside)], PAUSE, about)).toEqual({ unsentMs: 100, caveats: [] })
  })

  it('was answered: the captures do not see where it goes', () => {
    const answeredOnce = probe((atMs) => outside(atMs) || atMs === 11_500)
    const { caveats } = sentMeanwhile([answeredOnce], PAUSE, about)
    expect(caveats).toEqual([expect.stringMatching(/^Far side: 1 probe was answered while the captures show/)])
    const atTheEdge = probe((atMs) => outside(atMs) || atMs === 10_300 || atMs === 12_700)
    expect(sentMeanwhile([atTheEdge], PAUSE, about).caveats).toEqual([])
  })

  it('was nothing: the pause may be the sender alone', () => {
    expect(sentMeanwhile([probe(outside, outside)], PAUSE, about)).toEqual({ unsentMs: 3100, caveats: [] })
    expect(sentMeanwhile([probe(outside, outside), probe(outside)], PAUSE, about).unsentMs).toBe(100)
  })

  it('is not known without a clock in common', () => {
    expect(sentMeanwhile([probe(outside)], PAUSE, { ...about, context: null })).toEqual({ unsentMs: 0, caveats: [] })
  })
})
