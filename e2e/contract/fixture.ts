import { afterAll, beforeAll } from 'vitest'
import { App, World } from '../harness'

/** One embedded world (the cluster's unless told) and the app on it for all tests of a file; read its parts within tests only. */
export function labAndApp(start = () => World.startAlone('embedded')): { readonly world: World; readonly app: App } {
  let world: World | undefined
  let app: App | undefined
  beforeAll(async () => {
    world = await start()
    app = await App.start([world.labFile])
  })
  afterAll(async () => {
    await app?.stop()
    await world?.close()
  })
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('not started: read it within a test')
    return part
  }
  return {
    get world() {
      return started(world)
    },
    get app() {
      return started(app)
    },
  }
}
