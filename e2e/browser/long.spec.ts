import path from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeLongRun } from '../../bench/long-run'
import { hasCluster } from '../../server/domain/lab'
import { loadLab } from '../../server/topology/load'
import { App, scratch } from '../harness'
import { serious } from './axe'

const HOURS = 3
const OUTAGES = 300

/** A phone in the rack room. */
test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })
test.describe.configure({ mode: 'serial', timeout: 300_000 })

let app: App
let url = ''

test.beforeAll(async () => {
  const dir = scratch()
  const loaded = await loadLab('e2e/labs/long.yaml')
  if (!loaded.ok || !hasCluster(loaded.lab)) throw new Error(JSON.stringify(loaded))
  const run = { hours: HOURS, probes: 2, outages: OUTAGES, spacingMs: 50 }
  const id = await writeLongRun(`file:${path.join(dir, 'app.db')}`, loaded.lab, run)
  app = await App.start(['e2e/labs/long.yaml'], dir)
  url = `${app.url}/runs/${id}`
})
test.afterAll(() => app.stop())

const tooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** What the lanes show, as the address says it, ms from the start. */
const shown = (page: Page) => {
  const { searchParams } = new URL(page.url())
  return { fromMs: Number(searchParams.get('from')), toMs: Number(searchParams.get('to')) }
}

async function open(page: Page): Promise<void> {
  await page.goto(url)
  await expect(page.locator('[data-outage]').first()).toBeVisible()
  await expect(page.getByTestId('outage-figures')).toContainText(/\d+\s*outages/)
}

test('three hours open on a phone: hours on the axis, no label on another, nothing wider than the screen', async ({
  page,
}) => {
  await open(page)
  await expect(page.getByText('h:m:s from T0')).toBeVisible()
  await expect(page.getByText('1:00:00', { exact: true })).toBeVisible()
  expect(await tooWide(page)).toBe(0)
  const labels = await page
    .locator('[data-axis-tick]')
    .evaluateAll((ticks) =>
      ticks.map((tick) => tick.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
    )
  expect(labels.length).toBeGreaterThan(1)
  for (const [i, label] of labels.entries()) if (i > 0) expect(label.left).toBeGreaterThan(labels[i - 1]?.right ?? 0)
})

test('a click in the list of outages shows that one on the axis', async ({ page }) => {
  await open(page)
  const list = page.getByRole('list', { name: 'Outages in order of time' })
  await list.getByRole('button').nth(2).click()
  await expect(page).toHaveURL(/from=\d+/)
  const { fromMs, toMs } = shown(page)
  expect(toMs - fromMs).toBeLessThan(60_000)
  await expect(page.locator('[data-outage]').first()).toBeVisible()
  expect(await tooWide(page)).toBe(0)
})

test('zooms, and the window in the strip moves the picture: at once while it is held, asking once when it is let go', async ({
  page,
}) => {
  await open(page)
  for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Zoom in' }).click()
  await page.waitForLoadState('networkidle')
  const before = shown(page)
  const strip = await page.getByTestId('overview').boundingBox()
  const window = await page.getByTestId('overview-window').boundingBox()
  if (!strip || !window) throw new Error('there is no strip')
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('runs.window')) asked.push(request.url())
  })
  const y = strip.y + strip.height / 2
  await page.mouse.move(window.x + window.width / 2, y)
  await page.mouse.down()
  for (let i = 1; i <= 20; i++) await page.mouse.move(window.x + window.width / 2 + i * 4, y)
  await expect
    .poll(async () => (await page.getByTestId('overview-window').boundingBox())?.x)
    .toBeGreaterThan(window.x + 60)
  expect(asked).toEqual([])
  expect(shown(page)).toEqual(before)
  await page.mouse.up()
  await expect.poll(() => shown(page).fromMs).toBeGreaterThan(before.fromMs + 60_000)
  const after = shown(page)
  expect(Math.abs(after.toMs - after.fromMs - (before.toMs - before.fromMs))).toBeLessThan(5)
  await expect.poll(() => asked.length).toBe(1)
  await page.waitForLoadState('networkidle')
  expect(asked).toHaveLength(1)
})

test('the strip moves by keyboard, and Escape on the axis shows all', async ({ page }) => {
  await open(page)
  for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Zoom in' }).click()
  await expect(page).toHaveURL(/from=\d+/)
  await page.getByRole('scrollbar').focus()
  await page.keyboard.press('End')
  await expect.poll(() => shown(page).toMs).toBeGreaterThan(HOURS * 3_600_000)
  const { fromMs } = shown(page)
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => shown(page).fromMs).toBeLessThan(fromMs)
  await page.getByRole('slider').focus()
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/from=/)
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing serious in it, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await open(page)
    for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Zoom in' }).click()
    await expect(page.getByTestId('overview-window')).toBeVisible()
    expect(await serious(page)).toEqual([])
  })
