import { readFileSync } from 'node:fs'
import { type Page, test } from '@playwright/test'

const RUNNER = readFileSync('server/scenarios/fixtures/loss.yaml', 'utf8')
const shot = async (page: Page, name: string) => {
  for (const scheme of ['light', 'dark'] as const)
    for (const [w, h] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.setViewportSize({ width: w, height: h })
      await page.waitForTimeout(250)
      await page.screenshot({ path: `/tmp/shots-sc/${name}-${w}-${scheme}.png`, fullPage: true })
    }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
}
test('shots', async ({ page }) => {
  test.setTimeout(200_000)
  await page.goto('/labs/embedded-wan/scenarios')
  await page.getByText('No scenario yet').waitFor()
  await shot(page, 'empty')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByLabel('YAML of the runner').fill(RUNNER)
  await page.locator('input[type=file]').setInputFiles([
    { name: 'probe.sh', mimeType: 'text/x-sh', buffer: Buffer.from('#!/bin/sh\necho\n') },
    {
      name: 'drop_15.wcfg',
      mimeType: 'text/xml',
      buffer: readFileSync('server/drivers/wanulator/fixtures/drop_15.wcfg'),
    },
  ])
  await page.getByRole('button', { name: 'Show what becomes of it' }).click()
  await page.getByTestId('import-summary').waitFor()
  await shot(page, 'report')
  await page.getByRole('button', { name: 'Save the scenario' }).click()
  const card = page.locator('[data-scenario="Loss on Starlink-1"]')
  await card.waitFor()
  await card.getByRole('button', { name: 'Schedule' }).click()
  await page.getByRole('button', { name: 'Schedule it' }).waitFor()
  await shot(page, 'schedule')
  await page.getByRole('button', { name: 'Schedule it' }).click()
  await page.locator('[data-schedule=waiting]').waitFor()
  await card.getByText(/^\d+ steps$/).click()
  await shot(page, 'list')
  await page.goto('/hosts')
  await page
    .getByLabel('ssh_config', { exact: true })
    .fill(
      'Include conf.d/*\nHost pve\n  HostName 100.64.0.7\n  User root\n  ProxyJump gate\nHost gate\n  Port 2222\n  ProxyCommand nc x\nMatch exec "x"\n  User y\n',
    )
  await page.getByRole('button', { name: 'Show the hosts' }).click()
  await page.getByTestId('hosts-yaml').waitFor()
  await shot(page, 'hosts')
  await page.goto('/labs/embedded/scenarios')
  await page.getByRole('alert').first().waitFor()
  await shot(page, 'error')
  await page.goto('/labs/embedded-wan')
  await page.waitForTimeout(1500)
  await shot(page, 'lab')
})
