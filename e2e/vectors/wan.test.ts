import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WAN_SWITCHES } from '@/labs/embedded/wan/options'
import { lookAtWan } from '../contract/wan-eyes'
import { wanWorlds } from '../contract/wan-worlds'
import { type App, until, type World } from '../harness'
import { expectVector } from './suite'
import { WAN_LIMITS, WAN_OPTIONS, WAN_ROWS, WAN_TABLE, wanVectorOf } from './wan'

/** As many as concurrent tests (maxConcurrency of this project). */
const WORLDS = 3

let app: App
let close = async () => {}
const free: World[] = []

beforeAll(async () => {
  const started = await wanWorlds(WORLDS, WAN_LIMITS)
  app = started.app
  close = started.close
  free.push(...started.worlds)
  await Promise.all(started.worlds.map((world) => world.call('options', WAN_OPTIONS)))
})

afterAll(() => close())

test('the table speaks of every switch and case', () => {
  expect(Object.keys(WAN_TABLE).sort()).toEqual([...WAN_SWITCHES].sort())
  for (const [name, caseId] of WAN_ROWS)
    expect(wanVectorOf(name, caseId, 'embedded'), `${name} ${caseId}`).not.toBeNull()
})

describe.concurrent('verdicts with a switch on', () => {
  test.each(WAN_ROWS)('%s, %s', async (name, caseId) => {
    const world = await until('a world is free', async () => free.pop(), 280_000)
    try {
      await expectVector({ app, lab: world.id, where: 'embedded', look: () => lookAtWan(world) }, name, caseId)
    } finally {
      free.push(world)
    }
  })
})
