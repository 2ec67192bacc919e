import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { App, World } from '../harness'
import { cancelIn, killIn } from './interrupt'
import { look } from './lab-eyes'

let world: World
let app: App

beforeAll(async () => {
  const [first] = await World.start()
  if (!first) throw new Error('no world')
  world = first
  app = await App.start([world.labFile])
})

afterAll(async () => {
  await app?.stop()
  await world?.close()
})

describe('a run that does not end by itself', () => {
  test.each(['probes', 'wait'])('cancelled in "%s" restores the lab', async (step) => {
    const before = await look(world)
    const run = await cancelIn(app, world, step)
    expect(run.ending).toBe('cancelled')
    expect(run.verdict).not.toBe('pass')
    expect(await look(world)).toEqual(before)
  })

  test.each(['fault', 'restore'])('killed with the app in "%s" is recovered after a restart', async (step) => {
    const before = await look(world)
    const run = await killIn(app, world, step)
    expect(run.ending).toBe('interrupted')
    expect(await look(world)).toEqual(before)
  })
})
