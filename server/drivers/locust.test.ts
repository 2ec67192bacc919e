import { describe, expect, it } from 'vitest'
import { LocustHistory, locustArgv } from './locust'

const HEADER =
  'Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size'
const line = (atS: number, requests: number, failures: number, name = 'Aggregated') =>
  `${atS},60,${name === 'Aggregated' ? '' : 'GET'},${name},57.2,0.1,12,14,15,16,20,31,40,55,80,80,80,${requests},${failures},12,13.5,2,80,512`

describe("locust's history", () => {
  it('is a row a second: what came since the last one', () => {
    const history = new LocustHistory()
    const rows = [HEADER, line(1000, 40, 0), line(1001, 99, 2, 'all'), line(1001, 100, 2)].map((text) =>
      history.line(text),
    )
    expect(rows).toEqual([null, [1_000_000, 40, 0, 12, 31, 55, 60], null, [1_001_000, 60, 2, 12, 31, 55, 60]])
  })

  it('without a header it knows, or with times that are not there yet, says no more than it can', () => {
    expect(new LocustHistory().line(line(1, 2, 0))).toBeNull()
    const history = new LocustHistory()
    history.line(HEADER)
    const none = line(5, 0, 0).replace('12,14,15,16,20,31,40,55,80,80,80', Array(11).fill('N/A').join(','))
    expect(history.line(none)).toEqual([5000, 0, 0, null, null, null, 60])
    expect(history.line('1000,60,"GET","a,b",1')).toBeNull()
  })

  it('comes from a command in which the addresses are data', () => {
    const load = {
      from: { host: 'edge' },
      urls: ['http://a:8001', 'http://a:8002'],
      users: 60,
      spawnPerS: 8,
      durationS: 9.5,
    }
    const argv = locustArgv(load)
    expect(argv.slice(-3)).toEqual(['60', '8', '10'])
    expect(argv[4]).toContain('URLS = ["http://a:8001","http://a:8002"]')
    expect(argv[4], 'a line is written at once').toContain('CSV_STATS_FLUSH_INTERVAL_SEC = 0\n')
  })
})
