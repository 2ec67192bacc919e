import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Direction, GOOD as PASSES, presetDirection } from '@/server/domain/impairment'
import { hasWan } from '@/server/domain/lab'
import { wanLinks } from '@/server/domain/wan'
import { linkReading, readInForce, setImpairment, withWanulator } from '@/server/drivers/wanulator/wanulator'
import { loadLab } from '@/server/topology/load'
import { SshPool } from '@/server/transport/pool'
import { expectAsBefore } from '../as-before'
import { App, until } from '../harness'
import { labCopy } from '../lab-copy'
import { isCut, LINKS, type Link, look, untilOnFirst } from './lab-eyes'
import { badLinks, lossOn } from './link-loss'
import { watchPaths } from './paths'
import { FIRST_PORT, PASSWORD, RealWan, realWansOnApp } from './real-wan'

/** As many as concurrent tests (maxConcurrency of this project). */
const LABS = 2
const LEASE_S = 10
const [FIRST, SECOND] = LINKS

let app: App
let close = async () => {}
const free: RealWan[] = []

beforeAll(async () => {
  const started = await realWansOnApp(LABS)
  app = started.app
  close = started.close
  free.push(...started.labs)
})
afterAll(() => close())

/** A lab of a test's own; as before afterwards, and every link good by reading and by measuring, each way. */
async function onALab(work: (lab: RealWan, before: unknown) => Promise<void>): Promise<void> {
  const lab = await until('a lab is free', async () => free.pop())
  try {
    await untilOnFirst(lab)
    const before = await look(lab)
    await work(lab, before)
    await expectAsBefore(() => look(lab), before, 1000)
    expect(await badLinks(lab)).toEqual([])
  } finally {
    free.push(lab)
  }
}

/** With an app of its own, that may be killed. */
async function withAnApp(file: string, work: (own: App) => Promise<void>): Promise<void> {
  const own = await App.start([file], undefined, PASSWORD)
  try {
    await work(own)
  } finally {
    await own.stop()
  }
}

/** A run of a case, once it has cut these links or lets them lose packets. */
async function standing(on: App, lab: RealWan, caseId: string, links: readonly Link[]): Promise<string> {
  const { id } = await on.start(lab.id, caseId, { durationS: 32 })
  for (const link of links) await until(`${link.id} is cut`, () => isCut(lab, link), 90_000, 500)
  return id
}

/** Sets what the first link of a lab does to traffic towards its ISP, by the product's own driver. */
async function setter(file: string) {
  const loaded = await loadLab(file)
  if (!loaded.ok || !hasWan(loaded.lab)) throw new Error('no WAN lab')
  const { lab } = loaded
  const pool = new SshPool(lab.hosts, { env: PASSWORD, passwords: [lab.wan.console] })
  const link = wanLinks(lab.wan)[0]
  if (!link) throw new Error('no link')
  const set = (toIsp: Direction) =>
    withWanulator({ pool, lab }, link.wanulator, { tag: 'test/wan', env: PASSWORD }, async (shell, emulator) => {
      await setImpairment(shell, emulator, link, { toIsp, toRouter: PASSES })
      return linkReading(link, await readInForce(shell, emulator))
    })
  return { set, close: () => pool.dispose() }
}

type Row = { caseId: string; params?: Record<string, unknown>; used: RegExp; tool?: string }
const LEFT_AND_BACK = /^starlink-1, starlink-2, starlink-1$/
const ROWS: [string, Row][] = [
  ['WAN-1', { caseId: 'WAN-1', params: { durationS: 50 }, used: /^starlink-1, starlink-2, byu, (.+, )?starlink-1$/ }],
  ['WAN-2 with HTTP load', { caseId: 'WAN-2', params: { http: true }, used: LEFT_AND_BACK, tool: 'locust' }],
  ['WAN-3 by fping', { caseId: 'WAN-3', params: { probe: 'fping' }, used: LEFT_AND_BACK, tool: 'fping' }],
  ['WAN-4', { caseId: 'WAN-4', used: LEFT_AND_BACK }],
  ['WAN-5', { caseId: 'WAN-5', used: LEFT_AND_BACK }],
]

describe.concurrent('on real links', () => {
  test('killed with two links cut and not started again: the PVE host makes them good by itself', () =>
    onALab((lab, before) =>
      withAnApp(labCopy(lab.file, ['leaseS'], LEASE_S), async (own) => {
        await standing(own, lab, 'WAN-1', [FIRST, SECOND])
        await own.kill()
        await expectAsBefore(() => look(lab), before, 120_000)
      }),
    ))

  test.each(ROWS)('%s passes, and the traffic takes the links that it should', (title, row) =>
    onALab(async (lab) => {
      const paths = await watchPaths(lab)
      const { id } = await app.start(lab.id, row.caseId, { durationS: 40, ...row.params })
      const run = await app.ended(id, 280_000)
      const used = (await paths()).join(', ')
      console.log(`${title}: ${used}; ${JSON.stringify(run.measurements)}`)
      expect(run.ending, run.message ?? '').toBe('completed')
      expect(run.criteria.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
      expect(run.verdict).toBe('pass')
      expect(used).toMatch(row.used)
      const traffic = run.commands.filter(({ stepId }) => stepId === 'traffic').map(({ argv }) => argv.join(' '))
      expect(traffic.join('\n')).toContain(row.tool ?? 'ping')
      if (row.tool === 'locust') expect(run.criteria.map((criterion) => criterion.id)).toContain('requests')
    }),
  )

  test('cancelled with two links cut', () =>
    onALab(async (lab) => {
      const id = await standing(app, lab, 'WAN-1', [FIRST, SECOND])
      await app.post(`/api/v1/runs/${id}/cancel`)
      expect((await app.ended(id)).ending).toBe('cancelled')
    }))

  test('killed with a lossy link, and started again', () =>
    onALab((lab) =>
      withAnApp(lab.file, async (own) => {
        const id = await standing(own, lab, 'WAN-2', [FIRST])
        await own.kill()
        await own.restart()
        expect((await own.ended(id)).ending).toBe('interrupted')
      }),
    ))

  test('15 % loss by the product is 15 ± 2 % on the wire one way, and none the other', () =>
    onALab(async (real) => {
      const { set, close } = await setter(real.file)
      try {
        expect(await set(presetDirection('drop-15'))).toMatchObject({ impairment: { toIsp: { lossPercent: 15 } } })
        const { sent, lost } = await lossOn(real, FIRST, 'isp', 5000)
        console.log(`${lost} of ${sent} lost: ${((100 * lost) / sent).toFixed(2)} %`)
        expect(sent).toBe(5000)
        expect((100 * lost) / sent).toBeGreaterThan(13)
        expect((100 * lost) / sent).toBeLessThan(17)
        expect(await lossOn(real, FIRST, 'router', 500)).toMatchObject({ sent: 500, lost: 0 })
      } finally {
        await set(PASSES)
        await close()
      }
    }))

  test('what does not come up leaves nothing running, and what is taken down nothing at all', async () => {
    const lab = new RealWan(LABS + 1)
    try {
      await expect(lab.up(FIRST_PORT), 'the port is another one’s').rejects.toThrow(/sshd of pve does not start/)
      expect(await lab.remains()).toEqual([lab.state])
      await lab.up()
      expect((await lab.remains()).length).toBeGreaterThan(1)
    } finally {
      await lab.close()
    }
    expect(await lab.remains()).toEqual([])
  })
})
