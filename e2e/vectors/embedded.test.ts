import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SWITCHES } from '@/labs/embedded/world/options'
import { look } from '../contract/lab-eyes'
import { App, until, World } from '../harness'
import { labCopy } from '../lab-copy'
import { expectVector, SETTLE_MS } from './suite'
import { PARAMS, TABLE, vectorOf } from './table'

/** Worlds side by side, each a process; vitest runs as many concurrent tests (maxConcurrency of this project). */
const WORLDS = 3
const CASES = Object.keys(PARAMS)
/** The runs that last longest first. */
const LONG = ['no-takeover', 'slow-takeover', 'no-preempt']
const names = [...LONG, ...SWITCHES.filter((name) => !LONG.includes(name))]
const rows = CASES.toReversed().flatMap((caseId) => names.map((name) => [name, caseId] as const))

let worlds: World[] = []
let app: App
const free: World[] = []

beforeAll(async () => {
  worlds = await Promise.all(Array.from({ length: WORLDS }, (_, i) => World.startAlone(`vectors-${i + 1}`)))
  free.push(...worlds)
  app = await App.start(worlds.map(({ labFile }) => labCopy(labFile, ['expectations', 'settleMs'], SETTLE_MS)))
})

afterAll(async () => {
  await app?.stop()
  await Promise.all(worlds.map((world) => world.close()))
})

test('the table speaks of every switch and case', () => {
  expect(Object.keys(TABLE).sort()).toEqual([...SWITCHES].sort())
  for (const [name, caseId] of rows) expect(vectorOf(name, caseId, 'embedded'), `${name} ${caseId}`).not.toBeNull()
})

describe.concurrent('verdicts with a switch on', () => {
  test.each(rows)('%s, %s', async (name, caseId) => {
    const world = await until('a world is free', async () => free.pop())
    try {
      await expectVector({ app, lab: world.id, where: 'embedded', look: () => look(world) }, name, caseId)
    } finally {
      free.push(world)
    }
  })
})
