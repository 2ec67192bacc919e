import type { Browser, Page } from '@playwright/test'
import type { World } from '../e2e/harness'
import { quantile } from './figures'
import type { watchedApp } from './loop'

type WatchedApp = Awaited<ReturnType<typeof watchedApp>>
export type Sent = { tag: string; sequence: number; kind: string; writtenMs: number }
export type Seen = { stream: string; seq: number; atMs: number }
const SSE_CLIENTS = 4
const TARGETS = ['internet', 'gateway', 'vip']

/** Notes, in the page, when each probe's readout shows which sequence. */
export async function watchReadouts(page: Page, probes = TARGETS): Promise<void> {
  await page.evaluate((targets) => {
    const seen: Seen[] = []
    Object.assign(window, { seen })
    for (const stream of targets) {
      const find = setInterval(() => {
        const element = document.querySelector(`[data-testid="probe-${stream}-last"]`)
        if (!(element instanceof HTMLElement)) return
        clearInterval(find)
        new MutationObserver(() =>
          seen.push({ stream, seq: Number(element.dataset.seq), atMs: performance.timeOrigin + performance.now() }),
        ).observe(element, {
          attributes: true,
          attributeFilter: ['data-seq', 'data-index'],
        })
      }, 5)
    }
  }, probes)
}

/** For each line, how long until the readout showed it or a later one. Sequences below 65,536 only: no wrap in so short a run. */
export function latencies(sent: readonly Sent[], seen: readonly Seen[], runId: string, probes = TARGETS): number[] {
  return probes.flatMap((target) => {
    const shown = seen.filter(({ stream }) => stream === target)
    const lines = sent.filter(({ tag, kind }) => tag === `${runId}/probe-${target}` && kind === 'reply')
    let at = 0
    return lines.flatMap(({ sequence, writtenMs }) => {
      while (at < shown.length && ((shown[at]?.seq ?? 0) < sequence || (shown[at]?.atMs ?? 0) < writtenMs)) at++
      const first = shown[at]
      return first ? [first.atMs - writtenMs] : []
    })
  })
}

/** One TC-3 with a real tab and four more SSE clients on it. */
export async function measureLive({ app, loop }: WatchedApp, world: World, browser: Browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await world.call('sent', { on: true })
  await loop()
  const { id } = await app.start(world.id, 'TC-3')
  await page.goto(`${app.url}/runs/${id}`)
  await watchReadouts(page)
  const stop = new AbortController()
  const input = encodeURIComponent(JSON.stringify({ id }))
  const clients = Array.from({ length: SSE_CLIENTS }, async () => {
    const response = await fetch(`${app.url}/api/trpc/runs.live?input=${input}`, {
      signal: stop.signal,
      headers: { accept: 'text/event-stream' },
    })
    for await (const _ of response.body ?? []) if (stop.signal.aborted) return
  })
  const { verdict } = await app.ended(id)
  const { p99Ms: eventLoopP99Ms } = await loop()
  const seen = (await page.evaluate('window.seen')) as Seen[]
  stop.abort()
  await Promise.allSettled(clients)
  const sent = await world.call<Sent[]>('sent', { on: false })
  await context.close()
  if (verdict !== 'pass') throw new Error(`run ${id}: ${verdict}`)
  const all = latencies(sent, seen, id)
  if (all.length < 1000) throw new Error(`only ${all.length} lines were seen in the browser`)
  return {
    liveP95Ms: quantile(all, 0.95),
    liveP50Ms: quantile(all, 0.5),
    eventLoopP99Ms,
    lines: all.length,
  }
}
