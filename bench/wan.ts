import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from '@playwright/test'
import { App, until, World } from '../e2e/harness'
import { type Figure, medianOf, quantile } from './figures'
import { latencies, type Seen, type Sent, watchReadouts } from './live'

const LAB = 'embedded-wan'
const TARGETS = ['far-side']
/** Captured in total, on four NICs: the router's side of each link, and the ISP's side of the first. */
const PER_S = 20_000
const CAPTURE = { nic: 'enp2s0f3', nics: 4 }
/** Each NIC in either direction. 15 % of what the first link carries is lost from half of the time on: somewhat more is sent. */
const SENT_PER_S = (1.04 * PER_S) / (2 * CAPTURE.nics)
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

type Round = { growthMb: number; liveP95Ms: number }
type Caught = { nic: string; packets: number; dropped: number | null }

/** That so many packets came on so many NICs, and none was dropped: else nothing was measured. Their number. */
function countedOf(captures: readonly Caught[]): number {
  const nics = new Set(captures.map(({ nic }) => nic)).size
  if (nics !== CAPTURE.nics) throw new Error(`captured on ${nics} NICs, not on ${CAPTURE.nics}`)
  const dropped = captures.reduce((sum, each) => sum + (each.dropped ?? Number.NaN), 0)
  if (dropped !== 0) throw new Error(`${dropped} packets were dropped`)
  const packets = captures.reduce((sum, each) => sum + each.packets, 0)
  const least = PER_S * (LOAD_MS / 1000)
  if (packets < least) throw new Error(`only ${packets} packets were captured, not ${least}`)
  return packets
}

/** One WAN-2 whose links carry 20,000 packets/s for a minute, captured and analysed as they come, with a tab on it. */
async function measureRound(app: App, world: World, page: Page, say: (text: string) => void): Promise<Round> {
  await world.call('sent', { on: true })
  const { id } = await app.start(LAB, 'WAN-2', { durationS: DURATION_S, capture: CAPTURE.nic })
  await page.goto(`${app.url}/runs/${id}`)
  await watchReadouts(page, TARGETS)
  await stepBegan(app, id, 'capture')
  await sleep(3000)
  let over = false
  const memory = watchMemory(app, () => over)
  // The traffic is learned while it is there already: then each packet is one that is judged.
  await stepBegan(app, id, 'traffic')
  const fromMs = Date.now()
  await world.call('load', { perS: SENT_PER_S, lengthMs: LOAD_MS })
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
  const packets = countedOf(captures as Caught[])
  const liveP95Ms = quantile(lags, 0.95)
  say(`wan: ${JSON.stringify({ packets, beforeMb, growthMb, liveP95Ms, liveP50Ms: quantile(lags, 0.5) })}`)
  return { growthMb, liveP95Ms }
}

/** So many rounds, each on an app that is started for it: one that has grown already would grow no more. */
export async function measureWan(browser: Browser, say: (text: string) => void, count = 1): Promise<Figure[]> {
  const world = await World.startAlone(LAB, 'wan')
  const rounds: Round[] = []
  try {
    for (let round = 0; round < count; round++) {
      const app = await App.start([world.labFile])
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      try {
        rounds.push(await measureRound(app, world, await context.newPage(), say))
      } finally {
        await context.close()
        await app.stop()
      }
    }
  } finally {
    await world.close()
  }
  const often = count === 1 ? ', once (--wan: three times)' : ''
  return [
    medianOf(
      'wan.captureMemoryMB',
      `memory of the app: growth under ${PER_S} captured packets/s on ${CAPTURE.nics} NICs${often}`,
      'MB',
      100,
      rounds.map(({ growthMb }) => growthMb),
    ),
    medianOf(
      'wan.liveP95Ms',
      `line leaving the edge node to the DOM meanwhile, p95${often}`,
      'ms',
      250,
      rounds.map(({ liveP95Ms }) => liveP95Ms),
    ),
  ]
}
