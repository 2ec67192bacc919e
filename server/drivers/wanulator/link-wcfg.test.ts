import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GOOD, presetDirection } from '../../domain/impairment'
import { WanLabSchema } from '../../domain/lab'
import { wanLinks } from '../../domain/wan'
import { exampleWanLab } from '../pve/test-wan'
import { exportWcfg, importWcfg } from './link-wcfg'
import { parseWcfg } from './wcfg'

const [link] = wanLinks(WanLabSchema.parse(exampleWanLab()).wan)
if (!link) throw new Error('the example has no link')
const known = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.wcfg`), 'utf8')
const DROP_15 = { toIsp: GOOD, toRouter: presetDirection('drop-15') }

describe('a .wcfg of one link', () => {
  it('is read by its interfaces: what leaves towards the router, and towards the ISP', () => {
    expect(importWcfg(link, known('drop_15'))).toEqual({ impairment: DROP_15, rest: [] })
  })

  it('tells what no form can show, and keeps it when it is written again', () => {
    const more = known('drop_15').replace('</Interface>', '<SimFn Type="9"><Params X="1"/></SimFn></Interface>')
    const { impairment, rest } = importWcfg(link, more)
    expect([impairment, rest]).toEqual([DROP_15, ['to router: function of type 9']])
    expect(exportWcfg(link, impairment, more)).toBe(more)
    const good = exportWcfg(link, { toIsp: GOOD, toRouter: GOOD }, more)
    expect(good).toContain('<SimFn Type="9"><Params X="1"/></SimFn>')
    expect(importWcfg(link, good).impairment).toEqual({ toIsp: GOOD, toRouter: GOOD })
  })

  it('is a new one without a file to put it into', () => {
    const text = exportWcfg(link, DROP_15)
    expect(importWcfg(link, text)).toEqual({ impairment: DROP_15, rest: [] })
    expect(
      parseWcfg(text)
        .interfaces.map(({ name }) => name)
        .sort(),
    ).toEqual(['ens18', 'ens19'])
  })

  it('for other interfaces, or none at all, is refused with a reason', () => {
    expect(() => importWcfg(link, known('good').replaceAll('ens19', 'eth1'))).toThrow(
      /other interfaces \(ens18, eth1\)/,
    )
    expect(() => importWcfg(link, '<a/>')).toThrow(/no WANulator configuration/)
    expect(() => exportWcfg(link, DROP_15, '<a/>')).toThrow(/no WANulator configuration/)
  })
})
