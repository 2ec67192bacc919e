import { type APIRequestContext, expect, type Locator, type Page, test } from '@playwright/test'

async function finished(request: APIRequestContext, caseId: string, params = {}): Promise<string> {
  const started = await request.post('/api/v1/labs/embedded/runs', { data: { case: caseId, params } })
  const { id } = (await started.json()) as { id: string }
  await expect
    .poll(async () => (await (await request.get(`/api/v1/runs/${id}`)).json()).ending, { timeout: 120_000 })
    .toBe('completed')
  return id
}

/** Where something begins on the time axis, ms from T0, by what the axis says of itself. */
async function beginsMs(page: Page, drawn: Locator): Promise<number> {
  const slider = page.getByRole('slider', { name: 'Time under the crosshair' })
  const [fromMs, toMs] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map(async (name) => Number(await slider.getAttribute(name))),
  )
  const [axis, box] = await Promise.all([slider.boundingBox(), drawn.boundingBox()])
  if (!axis || !box || fromMs === undefined || toMs === undefined) throw new Error('not drawn')
  return fromMs + ((box.x - axis.x) / axis.width) * (toMs - fromMs)
}

test('two TC-3 runs, ticked in the history, stand side by side with their outages at T0', async ({ page, request }) => {
  test.setTimeout(300_000)
  const ids = [await finished(request, 'TC-3'), await finished(request, 'TC-3', { waitS: 20 })]
  await page.goto('/history')
  await expect(page.getByRole('button', { name: 'Compare (0)' })).toBeDisabled()
  for (const id of ids) await page.getByRole('checkbox', { name: `Compare run ${id}` }).check()
  await page.getByRole('link', { name: 'Compare (2)' }).click()
  await expect(page).toHaveURL(new RegExp(`/compare\\?runs=${ids.join('(,|%2C)')}$`))

  const table = page.getByRole('region', { name: 'Table of compared runs' })
  for (const id of ids) {
    const { measurements } = await (await request.get(`/api/v1/runs/${id}`)).json()
    const seconds = (measurements.failoverTime.ms / 1000).toFixed(3)
    const row = table.getByRole('row').filter({ has: page.getByRole('link', { name: id }) })
    await expect(row).toContainText(`${seconds} s (+`)
  }
  await expect(table.getByRole('row').nth(1)).toContainText('reference')
  await expect(table.getByRole('row').nth(2)).toContainText(/within the error|longer|shorter/)
  await expect(table).toContainText('waitS 20')
  await table.getByRole('radio', { name: `Compare with run ${ids[1]}` }).check()
  await expect(table.getByRole('row').nth(2)).toContainText('reference')

  for (const id of ids) {
    const group = page.getByRole('region', { name: `Run ${id}` })
    await expect(group.locator('[data-state="primary"]')).toHaveCount(2)
    const beginMs = await beginsMs(page, group.getByTestId('outage-shade').first())
    expect(Math.abs(beginMs)).toBeLessThan(200)
  }
  await expect(page.getByRole('row', { name: /^Traffic resumes/ }).getByText('PASS')).toHaveCount(2)
  await expect(page.getByRole('region', { name: /^Failover Time of TC-3, kill -9/ })).toContainText(/count2/)

  await page.getByRole('button', { name: 'Outage', exact: true }).click()
  await expect(page).toHaveURL(/from=-?\d+&to=\d+/)
  await page.goto(`/compare?runs=${ids[0]},nobody`)
  await expect(page.getByText('Not in the history: nobody')).toBeVisible()
  await expect(table.getByRole('link', { name: ids[0] })).toBeVisible()
})

test('a comparison without runs says how to choose them', async ({ page }) => {
  await page.goto('/compare')
  await expect(page.getByText('No runs to compare')).toBeVisible()
  await page.getByRole('link', { name: 'Choose runs in the history' }).click()
  await expect(page).toHaveURL(/\/history$/)
})

test('the Cases page shows the plan of a case, and the plan follows the parameters', async ({ page }) => {
  await page.goto('/labs/embedded')
  await page.getByRole('link', { name: 'Cases' }).click()
  await page.getByRole('link', { name: /TC-3/ }).click()
  await expect(page).toHaveURL(/lab=embedded&case=TC-3/)
  const plan = page.getByRole('region', { name: 'Plan' })
  for (const text of ['ping -D -O -n', 'systemctl kill --signal=KILL bpfrxd', 'systemctl start bpfrxd'])
    await expect(plan.getByText(text).first()).toBeVisible()
  await page.getByLabel('How the primary fails').selectOption('force-stop')
  await expect(plan.getByText(/stop --force bpfrx-fw0/).first()).toBeVisible()
  await expect(plan.getByText('systemctl kill --signal=KILL bpfrxd')).toHaveCount(0)
  await page.getByLabel('Wait for the takeover at most (s)').fill('1')
  await expect(page.getByText('at least 5')).toBeVisible()
  await page.getByRole('button', { name: 'Run TC-3' }).click()
  await expect(page.getByRole('dialog').getByLabel('How the primary fails')).toHaveValue('force-stop')
})
