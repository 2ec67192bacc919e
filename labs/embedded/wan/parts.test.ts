import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random'
import { frameHead, tunnelBytes } from './frames'
import { Impairment } from './impairment'
import { isComplete } from './line-complete'
import { DROP_ALL, delayBy, dropByChance, dropNth, jitterOf, wcfgText } from './testing'
import { LINKS } from './topology'
import { readWcfg } from './wcfg'

const known = (name: string) => readWcfg(readFileSync(`server/drivers/wanulator/fixtures/${name}.wcfg`, 'utf8'))
const nth = (n: number) => ({ kind: 'nth', n })

describe('the emulator reads', () => {
  it('the seven known files', () => {
    const of = (name: string) => known(name)?.get('ens18')
    expect(of('good')).toEqual([{ kind: 'limit', kbitPerS: 0 }])
    expect(of('drop_100')).toEqual([{ kind: 'drop', timing: nth(1) }])
    expect(of('drop_15')?.at(-1)).toEqual({ kind: 'drop', timing: { kind: 'chance', share: 0.15 } })
    expect(of('drop_5th')).toEqual([{ kind: 'drop', timing: nth(5) }])
    expect(of('delay_150')).toEqual([{ kind: 'delay', ms: 150, isRandom: false, timing: nth(1) }])
    expect(of('jitter_80')?.at(-1)).toEqual({ kind: 'delay', ms: 80, isRandom: true, timing: nth(1) })
    const half = { kind: 'delay', ms: 150, isRandom: false, timing: { kind: 'chance', share: 0.5 } }
    expect(of('jitter_50_150')).toEqual([half])
    expect(known('jitter_50_150')?.get('ens19')).toEqual([half])
  })

  it.each(['', 'text', '<a><b></a>', '<WANulatorConfigV2/>'])('nothing in %j', (text) => {
    expect(readWcfg(text)).toBeNull()
  })
})

const passed = (functions: string, count: number, bytes = 1000): (number | null)[] => {
  const impairment = new Impairment(readWcfg(wcfgText({ ens19: functions }))?.get('ens19') ?? [], new Random(7))
  return Array.from({ length: count }, (_, i) => {
    const leavesMs = impairment.pass(bytes, i * 10)
    return leavesMs === null ? null : leavesMs - i * 10
  })
}

describe('an impairment', () => {
  it('drops all, every n-th, or by chance', () => {
    expect(passed(DROP_ALL, 5)).toEqual([null, null, null, null, null])
    expect(passed(dropNth(5), 10).map((ms) => ms === null)).toEqual([...'0000100001'].map((c) => c === '1'))
    const lost = passed(dropByChance(15), 5000).filter((ms) => ms === null).length / 5000
    expect(lost).toBeGreaterThan(0.13)
    expect(lost).toBeLessThan(0.17)
  })

  it('delays by a constant or at random, in the order of its functions', () => {
    expect(passed(delayBy(150), 2)).toEqual([150, 150])
    const random = passed(`${jitterOf(80)}${delayBy(100)}`, 400).map(Number)
    expect(Math.min(...random)).toBeLessThan(105)
    expect(Math.max(...random)).toBeGreaterThan(175)
    expect(Math.max(...random)).toBeLessThan(180)
  })

  it('limits the rate, and drops what would wait for more than a second', () => {
    const limited = passed('<SimFn Type="6"><Params Speed="400"/></SimFn>', 1000)
    expect(limited.slice(0, 3)).toEqual([20, 30, 40])
    expect(limited.filter((ms) => ms === null).length).toBeGreaterThan(300)
    expect(Math.max(...limited.map(Number))).toBeLessThanOrEqual(1020)
  })
})

describe('a frame', () => {
  it('is as long as its encryption makes it, with true headers', () => {
    expect([tunnelBytes(60), tunnelBytes(84), tunnelBytes(85), tunnelBytes(1500)]).toEqual([138, 170, 170, 1578])
    const [link] = LINKS
    if (!link) throw new Error('no link')
    const head = frameHead(link, 'isp', 170, 0x01020304, 96)
    expect(head).toHaveLength(96)
    expect(frameHead(link, 'isp', 70, 1, 96)).toHaveLength(70)
    expect(head.readUInt16BE(12)).toBe(0x0800)
    expect(head.readUInt16BE(16)).toBe(156)
    let sum = 0
    for (let at = 14; at < 34; at += 2) sum += head.readUInt16BE(at)
    expect(((sum & 0xffff) + (sum >> 16)) & 0xffff).toBe(0xffff)
    expect(head.readUInt32BE(46)).toBe(0x01020304)
  })
})

describe('a line on a console', () => {
  it.each([
    ['true', true],
    ["sh -c 'a", false],
    ["sh -c 'a\nb'", true],
    ['echo "it\'s', false],
    ['a \\', false],
    ["cat <<'E'", false],
    ["cat <<'E'; true\nx", false],
    ["cat <<'E'; true\nx\nE", true],
    ["cat <<'E'\nit's\nE", true],
    ['cat <<<word', true],
  ])('%j is complete: %s', (text, expected) => {
    expect(isComplete(text)).toBe(expected)
  })
})
