import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../domain/event'
import { GOOD } from '../domain/impairment'
import { type WanLab, WanLabSchema } from '../domain/lab'
import { linkCheckId } from '../domain/link-check'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { blockedBecause, caseView, parseParams } from './define'
import { findCase, operationsFor } from './index'
import { judge } from './judge'

const lab: WanLab = WanLabSchema.parse({ ...exampleWanLab(), allowDestructive: true })
const operation = (id: string) => {
  const found = findCase(id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}
const actionsOf = (id: string, params: Record<string, unknown>) =>
  operation(id)
    .steps(lab, parseParams(operation(id), params, lab), 'RUN')
    .flatMap(({ actions }) => actions)

describe('the operations on links', () => {
  it('are those of a lab with a WAN, refused without allowDestructive', () => {
    expect(operationsFor(lab).map(({ id }) => id)).toEqual(['link-impair', 'links-good', 'wanulator-restart'])
    expect(blockedBecause(operation('links-good'), { ...lab, allowDestructive: false })).toMatch(/allowDestructive/)
    const { fields, kind } = caseView(operation('link-impair'), lab)
    expect([kind, fields.map(({ name }) => name)]).toEqual(['operation', ['link']])
  })

  it('set one link, whatever the others do, with the undo that makes it good', () => {
    const impairment = { toIsp: { lossPercent: 15 }, toRouter: {} }
    const [preflight, set] = actionsOf('link-impair', { link: 'byu', impairment })
    expect(preflight).toMatchObject({ kind: 'preflight', anyState: true })
    expect(set).toMatchObject({
      ...{ kind: 'set-links', undo: [{ kind: 'link-good', vm: 101 }] },
      links: [{ link: 'byu', impairment: { toIsp: { ...GOOD, lossPercent: 15 }, toRouter: GOOD } }],
    })
    const asked = () => parseParams(operation('link-impair'), { impairment: { toIsp: { lossPercent: 101 } } }, lab)
    expect(asked).toThrow(/lossPercent|toRouter/)
    expect(() => parseParams(operation('link-impair'), { link: 'nowhere' }, lab)).toThrow(/there is no "nowhere"/)
  })

  it('make all links good at once, or one', () => {
    const linksIn = (params: Record<string, unknown>) =>
      actionsOf('links-good', params).flatMap((action) =>
        action.kind === 'set-links' ? action.links.map(({ link }) => link) : [],
      )
    expect(linksIn({})).toEqual(['starlink-1', 'starlink-2', 'byu'])
    expect(linksIn({ link: 'all' })).toEqual(['starlink-1', 'starlink-2', 'byu'])
    expect(linksIn({ link: 'byu' })).toEqual(['byu'])
  })

  it('restart a WANulator, whatever it does, with the undo that starts it and makes its link good', () => {
    expect(actionsOf('wanulator-restart', { link: 'starlink-2' })).toMatchObject([
      { kind: 'preflight', anyState: true },
      { kind: 'restart-wanulator', link: 'starlink-2', undo: [{ kind: 'link-good', vm: 102 }] },
    ])
  })

  it('are judged by what was read back', () => {
    const check = (ok: boolean, at: number): RunEvent => ({
      ...{ kind: 'check', stepId: 'set', id: linkCheckId('byu'), title: 'BYU', hint: null, seq: at, atMs: at },
      ...{ ok, found: ok ? 'good' : 'something else' },
    })
    const verdictOf = (events: RunEvent[]) =>
      judge(operation('links-good'), { lab, params: {}, events, streams: new Map() }, 'completed').verdict
    expect(verdictOf([check(true, 1)])).toBe('pass')
    expect(verdictOf([check(true, 1), check(false, 2)])).toBe('fail')
    expect(verdictOf([])).toBe('inconclusive')
  })
})
