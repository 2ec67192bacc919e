import path from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { type App, scratch, type World } from '../e2e/harness'
import { hasCluster } from '../server/domain/lab'
import { loadLab } from '../server/topology/load'
import { type Figure, medianOf, quantile } from './figures'
import { writeLongRun } from './long-run'
import { watchedApp } from './loop'

type WatchedApp = Awaited<ReturnType<typeof watchedApp>>

const ROUNDS = 3
const HOURS = 1
/** 200 pps for an hour, and the pause before it. */
const SAMPLES = 720_000
const OUTAGES = 24
const DRAG_MS = 2000
const LIVE_S = 10
const LIVE_OPENINGS = 6

/** A report with one stream of 720,000 samples, and the app that has it. */
async function appWithLongRun(world: World): Promise<{ watched: WatchedApp; id: string }> {
  const dir = scratch()
  const loaded = await loadLab(world.labFile)
  if (!loaded.ok || !hasCluster(loaded.lab)) throw new Error(`${world.labFile} is broken`)
  const id = await writeLongRun(`file:${path.join(dir, 'app.db')}`, loaded.lab, {
    hours: HOURS,
    probes: 1,
    outages: OUTAGES,
  })
  return { watched: await watchedApp([world.labFile], dir), id }
}

/** From the request to the lanes: shades, the loss lane and the RTT line. */
async function open(page: Page, app: App, id: string): Promise<number> {
  const fromMs = performance.now()
  await page.goto(`${app.url}/runs/${id}`, { waitUntil: 'commit' })
  await page.locator('[data-outage]').first().waitFor({ state: 'attached' })
  await page.locator('.recharts-line path').first().waitFor({ state: 'attached' })
  return performance.now() - fromMs
}

/** As text: what the compiler puts around functions with a name is not there in the page. */
const COUNT_FRAMES = `
  window.frames = []
  window.dragging = true
  let last = performance.now()
  requestAnimationFrame(function tick(now) {
    window.frames.push(now - last)
    last = now
    if (window.dragging) requestAnimationFrame(tick)
  })`

/** Zooms to a quarter and drags the axis for two seconds; the time between frames meanwhile, ms. */
async function drag(page: Page): Promise<number[]> {
  for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Zoom in' }).click()
  await page.waitForLoadState('networkidle')
  const axis = await page.getByRole('slider').boundingBox()
  if (!axis) throw new Error('there is no time axis')
  const y = axis.y + 12
  const at = (share: number) => axis.x + axis.width * (0.5 + 0.4 * Math.sin(share * Math.PI * 4))
  await page.mouse.move(at(0), y)
  await page.mouse.down()
  await page.evaluate(COUNT_FRAMES)
  const before = await page.getByTestId('overview-window').getAttribute('style')
  const fromMs = performance.now()
  for (let passedMs = 0; passedMs < DRAG_MS; passedMs = performance.now() - fromMs)
    await page.mouse.move(at(passedMs / DRAG_MS) + 1, y)
  const moved = (await page.getByTestId('overview-window').getAttribute('style')) !== before
  const frames = (await page.evaluate('(window.dragging = false, window.frames)')) as number[]
  await page.mouse.up()
  if (!moved) throw new Error('the drag moved nothing')
  return frames.slice(1)
}

/** The event loop while a TC-2 probes in the same app and the long report is opened again and again. */
async function loopWhileLive({ app, loop }: WatchedApp, world: World, browser: Browser, id: string): Promise<number> {
  await loop()
  const run = await app.start(world.id, 'TC-2', { durationS: LIVE_S })
  let over = false
  const ended = app.ended(run.id).finally(() => {
    over = true
  })
  for (let i = 0; i < LIVE_OPENINGS && !over; i++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await open(await context.newPage(), app, id)
    await context.close()
  }
  // What it shows is not asked here: browsers on the machine of the probing host may stall its pings.
  const { ending } = await ended
  if (ending !== 'completed') throw new Error(`run ${run.id}: ${ending}`)
  return (await loop()).p99Ms
}

/** Opening and dragging a report of an hour; `eventLoopP99Ms` are the rounds beside a live run. */
export async function measureReport(world: World, browser: Browser, say: (text: string) => void) {
  const { watched, id } = await appWithLongRun(world)
  const { app } = watched
  const opens: number[] = []
  const frames: number[] = []
  const eventLoopP99Ms: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      opens.push(await open(page, app, id))
      frames.push(quantile(await drag(page), 0.95))
      await context.close()
      eventLoopP99Ms.push(await loopWhileLive(watched, world, browser, id))
      say(`report ${round + 1} of ${ROUNDS}: ${JSON.stringify([opens.at(-1), frames.at(-1), eventLoopP99Ms.at(-1)])}`)
    }
  } finally {
    await app.stop()
  }
  const figures: Figure[] = [
    medianOf('reportOpenMs', `a report of ${SAMPLES} samples until its lanes are drawn`, 'ms', 1500, opens),
    medianOf('panFrameP95Ms', 'frame time while it is dragged for 2 s, p95', 'ms', 100, frames),
  ]
  return { figures, eventLoopP99Ms }
}
