import { expect, test } from '@playwright/test'
import { expectVerdict, pictureOf, runTc3 } from './pages'

test('TC-3 by click: the outage is shaded, the primary moves, the verdict comes with its error; the link works elsewhere', async ({
  page,
  browser,
}) => {
  await runTc3(page)
  await expect(page.getByTestId('outage-shade').first()).toBeVisible({ timeout: 60_000 })
  await expectVerdict(page, /PASS/)
  await expect(page.getByTestId('failover-time')).toHaveText(/\d\.\d{3} s.*\(\+\d\.\d{3} \/ −\d\.\d{3}\)/)
  await expect(page.getByTestId('failover-time')).toContainText('limit 5 s')
  await expect(page.getByText('node0 → node1')).toBeVisible()
  const picture = await pictureOf(page)
  expect(picture.shades).toBeGreaterThan(0)

  const elsewhere = await browser.newContext()
  const other = await elsewhere.newPage()
  await other.goto(page.url())
  await expectVerdict(other, /PASS/)
  await expect(other.getByTestId('outage-shade').first()).toBeVisible()
  expect(await pictureOf(other)).toEqual(picture)
  await elsewhere.close()
})

test('cancel restores, and the run says so', async ({ page, request }) => {
  const id = await runTc3(page)
  await expect(page.getByText('Start probes, traffic and capture')).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expectVerdict(page, /INCONCLUSIVE/)
  await expect(page.getByText(/cancelled/i).first()).toBeVisible()
  const run = await (await request.get(`/api/v1/runs/${id}`)).json()
  expect(run.ending).toBe('cancelled')
  expect(run.dirty).toBe(false)
})

test('10 s without network and a reload in the middle of a run end up with the same picture', async ({
  page,
  context,
}) => {
  await runTc3(page)
  await expect(page.getByTestId('connection')).toHaveText('live')
  await context.setOffline(true)
  await expect(page.getByTestId('connection')).toHaveText('reconnecting…')
  const back = Date.now() + 10_000
  await expect.poll(() => Date.now() >= back, { timeout: 12_000 }).toBe(true)
  await context.setOffline(false)
  await expect(page.getByTestId('connection')).toHaveText(/live/)
  await expectVerdict(page, /PASS/)
  const survived = await pictureOf(page)
  await page.reload()
  await expectVerdict(page, /PASS/)
  await expect(page.getByTestId('outage-shade').first()).toBeVisible()
  expect(await pictureOf(page)).toEqual(survived)
})
