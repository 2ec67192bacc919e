import { expect, test } from '@playwright/test'
import { runCase } from './pages'

const URL = '/api/v1/labs/embedded/switches/no-config-sync'

test.afterEach(async ({ request }) => {
  await expect
    .poll(async () => (await request.put(URL, { data: { on: false } })).status(), { timeout: 60_000 })
    .toBe(200)
})

test('a failure, from the page: no-config-sync on, TC-5 fails and says why, off again', async ({ page, request }) => {
  test.setTimeout(240_000)
  await page.goto('/labs/embedded')
  const toggle = page.getByRole('switch', { name: 'The configuration is not synced' })
  await expect(toggle).not.toBeChecked()
  await toggle.click()
  await expect(toggle).toBeChecked()
  const notice = page.getByTestId('misbehaviour')
  await expect(notice).toContainText('This lab misbehaves on purpose: no-config-sync is on')

  const id = await runCase(page, 'TC-5', ['This changes the configuration'])
  await expect(page.getByText('The lab misbehaves on purpose')).toBeVisible({ timeout: 30_000 })
  const refused = await request.put(URL, { data: { on: false } })
  expect(refused.status()).toBe(409)
  await expect(page.getByTestId('verdict')).toHaveText(/FAIL/, { timeout: 180_000 })
  await expect(page.getByText('Switches on at the start of this run: no-config-sync')).toBeVisible()
  const run = await (await request.get(`/api/v1/runs/${id}`)).json()
  expect(run.context.switches).toEqual(['no-config-sync'])
  expect(run.notes.join()).toContain('no-config-sync')

  await page.goto('/labs/embedded')
  await page.getByRole('button', { name: 'Turn off no-config-sync' }).click()
  await expect(notice).toHaveCount(0)
  await expect(toggle).not.toBeChecked()
})

test('a lab whose file declares no switches says so', async ({ request }) => {
  const wrong = await request.put('/api/v1/labs/unreachable/switches/no-config-sync', { data: { on: true } })
  expect(wrong.status()).toBe(404)
  expect((await wrong.json()).error.hint).toContain('declares none')
})
