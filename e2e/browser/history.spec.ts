import { expect, test } from '@playwright/test'

test('history filters live in the URL', async ({ page, request }) => {
  const { id } = await (await request.post('/api/v1/labs/embedded/runs', { data: { case: 'TC-1', params: {} } })).json()
  await expect
    .poll(async () => (await (await request.get(`/api/v1/runs/${id}`)).json()).ending, { timeout: 60_000 })
    .toBe('completed')
  await page.goto('/history')
  const rows = page.getByRole('table').getByRole('row')
  await expect(rows.filter({ hasText: 'TC-1' }).first()).toBeVisible()
  await page.getByLabel('Case').selectOption('TC-3')
  await expect(page).toHaveURL(/case=TC-3/)
  await expect(rows.filter({ hasText: 'TC-1' })).toHaveCount(0)
  await page.reload()
  await expect(page.getByLabel('Case')).toHaveValue('TC-3')
  await expect(rows.filter({ hasText: 'TC-1' })).toHaveCount(0)
})
