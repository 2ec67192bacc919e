import { expect, test } from '@playwright/test'
import { controlOf } from './control'

const control = controlOf('browser', 'embedded')

test.afterEach(async () => {
  await control('missing', { 'cluster-lan-host': [] })
  await control('clock', { machine: 'wan-host', offsetMs: 0 })
  await control('server', { port: 5202, on: true })
})

test('Check lab shows what is wrong with the command that mends it, and nothing once it is mended', async ({
  page,
}) => {
  await control('missing', { 'cluster-lan-host': ['tcpdump'] })
  await control('clock', { machine: 'wan-host', offsetMs: -700 })
  await control('server', { port: 5202, on: false })
  await page.goto('/labs/embedded')
  await page.getByRole('link', { name: 'Check lab' }).click()
  await expect(page).toHaveURL(/\/labs\/embedded\/check$/)
  await expect(page.getByTestId('check-summary')).toHaveText(/3 of \d+ need attention/)
  const cards = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem')
  await expect(cards).toHaveCount(3)

  const tool = page.locator('[data-finding="tool/cluster-lan-host/tcpdump"]')
  await expect(page.getByRole('region', { name: 'cluster-lan-host' })).toContainText('tcpdump')
  await expect(tool).toContainText('On incus-host (root@127.0.0.1:')
  const command = 'incus exec cluster-lan-host -- apt-get install -y tcpdump'
  await tool.getByRole('button', { name: `Copy: ${command}` }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(command)
  await expect(page.locator('[data-finding="server/172.16.50.1:5202"]')).toContainText('Connection refused')
  await expect(page.locator('[data-finding="clock/wan-host"]')).toHaveText(/Found−(699|700)\.\d ±/)

  const folded = page.getByText('active', { exact: true }).first()
  await expect(folded).toBeHidden()
  await page.locator('summary', { hasText: 'bpfrx-fw0' }).click()
  await expect(folded).toBeVisible()

  await control('missing', { 'cluster-lan-host': [] })
  await control('clock', { machine: 'wan-host', offsetMs: 0 })
  await control('server', { port: 5202, on: true })
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(page.getByTestId('check-summary')).toHaveText(/All \d+ are fine/)
  await expect(page.getByTestId('check-state')).toHaveText(/Checked .*, took \d+\.\d s/)
  await expect(cards).toHaveCount(0)
})

test('the check of a lab whose host is down says why and what to do; it has a link of its own', async ({ page }) => {
  await page.goto('/labs/unreachable/check')
  await expect(page.getByTestId('check-summary')).toHaveText(/1 of 1 needs attention/)
  await expect(page.getByText('lab-host: 127.0.0.1:1 refuses connections')).toBeVisible()
  await expect(page.getByText('Check the port in the lab file and that sshd runs there')).toBeVisible()
  await expect(page.getByText('Not checked')).toBeVisible()
})
