import { expect, test } from '@playwright/test'

test('the Lab page shows topology, both nodes and the cases', async ({ page }) => {
  await page.goto('/')
  await expect(page).toHaveURL(/\/labs\/embedded$/)
  const topology = page.getByTestId('topology')
  for (const text of ['bpfrx-fw0', 'bpfrx-fw1', 'ge-0-0-0', 'ge-0/0/0', 'reth0', 'reth1'])
    await expect(topology).toContainText(text)
  await expect(page.getByText('primary').first()).toBeVisible()
  await expect(page.getByText('secondary').first()).toBeVisible()
  await expect(page.getByRole('button', { name: /^Run TC-1\b/ })).toBeEnabled()
})

test('show commands lists per step and host what would be run', async ({ page }) => {
  await page.goto('/labs/embedded')
  await page.getByRole('button', { name: 'Show commands of TC-3' }).click()
  const dialog = page.getByRole('dialog')
  for (const text of [
    'Preflight',
    'ping -D -O -n',
    'systemctl kill --signal=KILL bpfrxd',
    'Restore the lab',
    'systemctl start bpfrxd',
  ])
    await expect(dialog.getByText(text).first()).toBeVisible()
})

test('a lab whose host is down says which step failed and what to do', async ({ page }) => {
  await page.goto('/labs/unreachable')
  await expect(page.getByText('connect: lab-host: 127.0.0.1:1 refuses connections').first()).toBeVisible()
  await expect(page.getByText('Check the port in the lab file and that sshd runs there').first()).toBeVisible()
})

test('a broken lab file says file, line and column; the other labs work', async ({ page, request }) => {
  await page.goto('/labs/embedded')
  await expect(page.getByText(/broken\.yaml/).first()).toBeVisible()
  const labs = (await (await request.get('/api/v1/labs')).json()) as {
    file: string
    errors?: { line: number; column: number; message: string }[]
  }[]
  const broken = labs.find(({ file }) => file?.endsWith('broken.yaml'))
  expect(broken?.errors?.find(({ line }) => line === 6)).toBeDefined()
})

test('a second run on a lab queues and says behind what', async ({ page, request }) => {
  const start = async () =>
    (await (await request.post('/api/v1/labs/embedded/runs', { data: { case: 'TC-1', params: {} } })).json()) as {
      id: string
    }
  const first = await start()
  const second = await start()
  await page.goto(`/runs/${second.id}`)
  const run = await (await request.get(`/api/v1/runs/${second.id}`)).json()
  if (run.phase === 'queued') expect(run.behind).toBe(first.id)
  await expect(page.getByTestId('verdict')).toHaveText(/PASS/, { timeout: 60_000 })
})
