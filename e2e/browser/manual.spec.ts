import { expect, test } from '@playwright/test'

type Run = { ending: string | null; verdict: string | null }

test('a group is moved by hand, stops a run in its preflight, and "Reset and run" mends that', async ({
  page,
  request,
}) => {
  test.setTimeout(180_000)
  await page.goto('/labs/embedded')
  await page.getByRole('button', { name: 'Move to node1: RG1' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('request chassis cluster failover redundancy-group 1 node 1')
  await dialog.getByRole('button', { name: 'Manual failover' }).click()
  await page.waitForURL(/\/runs\//)
  await expect(page.getByTestId('verdict')).toContainText('PASS', { timeout: 60_000 })

  await page.goto('/labs/embedded')
  await expect(page.getByTestId('manual-failover')).toContainText('RG1')
  const started = await request.post('/api/v1/labs/embedded/runs', { data: { case: 'TC-2', params: { durationS: 5 } } })
  const { id } = (await started.json()) as { id: string }
  const ended = async () => ((await (await request.get(`/api/v1/runs/${id}`)).json()) as Run).ending
  await expect.poll(ended, { timeout: 60_000 }).toBe('error')

  await page.goto(`/runs/${id}`)
  await page.getByRole('button', { name: 'Reset and run TC-2' }).click()
  await page.waitForURL((url) => url.pathname.startsWith('/runs/') && !url.pathname.endsWith(id))
  await expect(page.getByTestId('verdict')).toContainText('PASS', { timeout: 90_000 })
  await page.goto('/labs/embedded')
  await expect(page.locator('tr[data-group="1"][data-node="node0"]')).toContainText('primary')
  await expect(page.getByTestId('manual-failover')).toHaveCount(0)
})
