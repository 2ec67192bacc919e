import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from '@playwright/test'
import { App, scratch, until, World } from '../e2e/harness'
import { type Figure, medianOf, quantile } from './figures'
import { latencies, type Seen, type Sent, watchReadouts } from './live'

const LAB = 'embedded-wan'
const TARGETS = ['far-side']
/** Captured in total: both directions of the router's side of each link. */
const PER_S = 20_000
const CAPTURES = 6
const LOAD_MS = 60_000
/** Longer than the load: half of it is the degradation. */
const DURATION_S = 70

type Memory = { beforeMb: number; growthMb: number }

/** Resident memory of the app's own process, MB. */
const residentMb = (app: App): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(app.pid)], { encoding: 'utf8' })) / 1024

/** From when the captures are there and nobody sends until the load is over: by how much it grew at most. */
async function watchMemory(app: App, over: () => boolean): Promise<Memory> {
  const beforeMb = residentMb(app)
  let most = beforeMb
  while (!over()) {
    most = Math.max(most, residentMb(app))
    await sleep(500)
  }
  return { beforeMb, growthMb: most - beforeMb }
}

const stepBegan = (app: App, id: string, step: string) =>
  until(`step ${step} began`, async () => (await app.run(id)).steps.some((each) => each.id === step), 90_000, 250)

/** One WAN-2 whose links carry 20,000 packets/s for a minute, captured and analysed as they come, with a tab on it. */
export async function measureWan(browser: Browser, say: (text: string) => void): Promise<Figure[]> {
  const world = await World.startAlone(LAB, 'wan')
  const { options } = await world.call<{ options: { password: string } }>('state')
  const app = await App.start([world.labFile], scratch(), { EMBEDDED_WAN_PASSWORD: options.password })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    await world.call('sent', { on: true })
    const { id } = await app.start(LAB, 'WAN-2', { durationS: DURATION_S })
    const page = await context.newPage()
    await page.goto(`${app.url}/runs/${id}`)
    await watchReadouts(page, TARGETS)
    await stepBegan(app, id, 'capture')
    await sleep(3000)
    let over = false
    const memory = watchMemory(app, () => over)
    // The traffic is learned while it is there already: then each packet is one that is judged.
    await stepBegan(app, id, 'traffic')
    const fromMs = Date.now()
    await world.call('load', { perS: PER_S / CAPTURES, lengthMs: LOAD_MS })
    await sleep(LOAD_MS)
    over = true
    const { beforeMb, growthMb } = await memory
    const seen = (await page.evaluate('window.seen')) as Seen[]
    const sent = await world.call<Sent[]>('sent', { on: false })
    const inLoad = sent.filter(({ writtenMs }) => writtenMs >= fromMs && writtenMs < fromMs + LOAD_MS)
    const lags = latencies(inLoad, seen, id, TARGETS)
    if (lags.length < 300)
      throw new Error(`of ${inLoad.length} lines (${sent.length} in all) only ${lags.length} were seen in the browser`)
    const { ending, captures } = await app.ended(id, 240_000)
    if (ending !== 'completed') throw new Error(`run ${id}: ${ending}`)
    const caught = (captures as { packets: number; dropped: number | null }[]) ?? []
    const packets = caught.reduce((sum, each) => sum + each.packets, 0)
    const dropped = caught.reduce((sum, each) => sum + (each.dropped ?? 0), 0)
    const least = 0.98 * PER_S * (LOAD_MS / 1000)
    if (packets < least) throw new Error(`only ${packets} packets were captured, not ${least}`)
    const p95Ms = quantile(lags, 0.95)
    say(`wan: ${JSON.stringify({ packets, dropped, beforeMb, growthMb, p95Ms, p50Ms: quantile(lags, 0.5) })}`)
    return [
      medianOf('wan.captureMemoryMB', `memory of the app: growth under ${PER_S} captured packets/s`, 'MB', 100, [
        growthMb,
      ]),
      medianOf('wan.liveP95Ms', 'line leaving the edge node to the DOM meanwhile, p95', 'ms', 250, [p95Ms]),
    ]
  } finally {
    await context.close()
    await app.stop()
    await world.close()
  }
}
