import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WAN_SWITCHES } from '@/labs/embedded/wan/options'
import { type App, until } from '../harness'
import { look, untilOnFirst } from '../reference-wan/lab-eyes'
import { type RealWan, realWansOnApp } from '../reference-wan/real-wan'
import { expectVector } from './suite'
import { WAN_LIMITS, WAN_ROWS, wanVectorOf } from './wan'

/** As many as concurrent tests (maxConcurrency of this project). */
const LABS = 3

let app: App
let close = async () => {}
const free: RealWan[] = []

beforeAll(async () => {
  const started = await realWansOnApp(LABS, WAN_LIMITS)
  app = started.app
  close = started.close
  free.push(...started.labs)
})
afterAll(() => close())

test('the real labs have the switches of the embedded one, and the table speaks of each with every case', async () => {
  for (const { id } of free) {
    const switches = await app.get<{ id: string }[]>(`/api/v1/labs/${id}/switches`)
    expect(switches.map((each) => each.id).sort()).toEqual([...WAN_SWITCHES].sort())
  }
  for (const [name, caseId] of WAN_ROWS)
    expect(wanVectorOf(name, caseId, 'reference'), `${name} ${caseId}`).not.toBeNull()
})

describe.concurrent('verdicts with a switch on', () => {
  test.each(WAN_ROWS)('%s, %s', async (name, caseId) => {
    const lab = await until('a lab is free', async () => free.pop(), 280_000)
    try {
      // After the switch before the router may still be on its way back.
      await untilOnFirst(lab)
      await expectVector({ app, lab: lab.id, where: 'reference', look: () => look(lab) }, name, caseId)
    } finally {
      free.push(lab)
    }
  })
})
