import { expect, test } from '@playwright/test'

const row = (id: string) => `[data-expectation="${id}"]`

test('a lab without runs says what to do, and what would measure each expectation', async ({ page }) => {
  await page.goto('/labs/unreachable/expectations')
  await expect(page.getByText('Nothing was measured here yet.')).toBeVisible()
  await expect(page.locator(row('failover'))).toContainText('< 5 s')
  await expect(page.locator(row('failover'))).toContainText('not measured yet: TC-3 measures it')
  await page.locator(row('failover')).getByRole('link', { name: 'TC-3' }).click()
  await expect(page).toHaveURL(/\/cases\?lab=unreachable&case=TC-3$/)
})

test('expected beside measured, with its error, the run and the spread; reached from the Lab page', async ({
  page,
  request,
}) => {
  type Row = { id: string; latest: { run: string; text: string } | null }
  const rowsOf = async () => {
    const answer = await request.get('/api/v1/labs/embedded/expectations')
    return ((await answer.json()) as { rows: Row[] }).rows
  }
  const { id } = await (await request.post('/api/v1/labs/embedded/runs', { data: { case: 'TC-3', params: {} } })).json()
  const latestOf = async () => (await rowsOf()).find((one) => one.id === 'failover')?.latest
  await expect.poll(async () => (await latestOf())?.run, { timeout: 100_000, intervals: [1000] }).toBe(id)
  const latest = await latestOf()
  expect(latest?.text).toMatch(/^\d\.\d{3} s \(\+0\.\d{3} \/ −0\.\d{3}\)$/)
  await page.goto('/labs/embedded')
  await page.getByRole('link', { name: 'Expectations' }).click()
  await expect(page).toHaveURL(/\/labs\/embedded\/expectations$/)
  const failover = page.locator(row('failover'))
  await expect(failover).toContainText(latest?.text ?? '')
  await expect(failover).toContainText(/PASS/)
  await expect(failover).toContainText(/of \d+ runs?/)
  const wan = page.locator(row('wan-throughput'))
  await expect(wan).toContainText('6–8 Gbit/s')
  await expect(wan).toContainText('its throughput says nothing about hardware')
  await failover.getByRole('link').click()
  await expect(page).toHaveURL(new RegExp(`/runs/${id}$`))
})
