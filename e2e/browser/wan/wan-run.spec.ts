import { readFile } from 'node:fs/promises'
import { type APIRequestContext, expect, type Page, test } from '@playwright/test'
import { serious } from '../axe'
import { controlOf } from '../control'
import { expectVerdict } from '../pages'

const LAB = 'embedded-wan'
/** A quarter of it before, half degraded, a quarter after. */
const SHORT_S = '32'
/** Microseconds or nanoseconds, little-endian. */
const PCAP_MAGIC = ['d4c3b2a1', '4d3cb2a1']

/** How often the simulated router compares its paths: in a run of 32 s the usual 10 s is too seldom. */
const recompute = (ms: number) => controlOf('browser-wan', LAB)('options', { recomputeMs: ms })

/** Starts WAN-2 by click, shortened and with HTTP load; the id of the run once its page shows. */
async function runWan2(page: Page): Promise<string> {
  await page.goto(`/labs/${LAB}`)
  await page.getByRole('button', { name: 'Run WAN-2' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Duration').fill(SHORT_S)
  await dialog.getByLabel('Send HTTP load').click()
  await dialog.getByRole('button', { name: 'Run WAN-2' }).click()
  await page.waitForURL(/\/runs\/[a-z0-9]+$/)
  return page.url().split('/').at(-1) ?? ''
}

const lanes = (page: Page) => page.getByRole('region', { name: 'Time axis' })

test.describe.configure({ mode: 'serial' })
test.beforeAll(() => recompute(1500))
test.afterAll(() => recompute(10_000))

test('WAN-2 by click: the path on a lane per link, the degraded stretch, the verdict, the captures', async ({
  page,
}) => {
  test.setTimeout(240_000)
  await runWan2(page)
  // Live: seconds of the traffic as soon as it is told from the router's own packets.
  await expect(lanes(page).locator('[data-path="used"]').first()).toBeVisible({ timeout: 90_000 })
  await expect(lanes(page).locator('[data-impaired]').first()).toContainText('15 % loss each way', { timeout: 60_000 })
  await expect(page.getByTestId('verdict')).toHaveText(/PASS|FAIL|INCONCLUSIVE/, { timeout: 150_000 })
  await expectVerdict(page, /PASS/)
  await expect(page.getByTestId('failover-time')).toHaveText(/longest gap\s*(no gap\s*≥ \d|\d[\d.]* m?s\s*\()/)
  await expect(page.getByTestId('failover-time')).toContainText('limit 5 s')
  await expect(lanes(page).getByText(/^(T0 )?Starlink-1: 15 % loss/)).toBeVisible()
  await expect(lanes(page).getByText('HTTP /s')).toBeVisible()
  const paths = page.getByRole('region', { name: 'Path in use', exact: true })
  await expect(
    paths
      .getByText(/Starlink-2 \d/)
      .filter({ visible: true })
      .first(),
  ).toBeVisible()

  const captures = page.getByRole('region', { name: 'Captures', exact: true })
  await expect(captures.getByRole('row')).toHaveCount(7)
  const link = captures.getByRole('link', { name: /\.pcap/ }).first()
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  const bytes = await readFile(await download.path())
  expect(PCAP_MAGIC).toContain(bytes.subarray(0, 4).toString('hex'))
  expect(bytes.length).toBeGreaterThan(1000)
})

/** A run of the other lab, where no spec before has made one. */
async function anotherRun(request: APIRequestContext): Promise<string> {
  const started = await request.post('/api/v1/labs/embedded/runs', { data: { case: 'TC-3' } })
  const { id } = (await started.json()) as { id: string }
  await expect(async () => {
    const run = (await (await request.get(`/api/v1/runs/${id}`)).json()) as { ending: string | null }
    expect(run.ending).toBe('completed')
  }).toPass({ timeout: 90_000 })
  return id
}

test('the report opens elsewhere, in History and beside another run, with nothing serious for axe', async ({
  page,
  request,
}) => {
  const { runs } = (await (await request.get('/api/v1/runs?case=WAN-2&limit=1')).json()) as { runs: { id: string }[] }
  const id = runs[0]?.id
  expect(id).toBeDefined()
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
      await page.goto(`/runs/${id}`)
      await expect(lanes(page).locator('[data-path="used"]').first()).toBeVisible()
      expect(await serious(page), `${colorScheme} ${width}`).toEqual([])
      expect(
        await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'),
        'no sideways scroll',
      ).toBe(true)
    }
  await page.goto(`/history?case=WAN-2`)
  await expect(page.locator(`[data-run="${id}"]`)).toContainText(/no gap ≥|\d m?s/)
  const newest = await (await request.get('/api/v1/runs?limit=9')).json()
  const others = newest as { runs: { id: string; ending: string | null }[] }
  const other =
    others.runs.find((run) => run.id !== id && run.ending === 'completed')?.id ?? (await anotherRun(request))
  await page.goto(`/compare?runs=${id},${other}`)
  await expect(
    page
      .getByRole('region', { name: `Run ${id}` })
      .locator('[data-path="used"]')
      .first(),
  ).toBeVisible()
})
