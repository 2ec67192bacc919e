import { expect, test } from '@playwright/test'
import { expectVerdict, runTc3 } from '../pages'

test('TC-3 by click on the real cluster passes', async ({ page }) => {
  await runTc3(page, 'reference')
  await expect(page.getByTestId('outage-shade').first()).toBeVisible({ timeout: 90_000 })
  await expectVerdict(page, /PASS/)
  await expect(page.getByTestId('failover-time')).toContainText('limit 5 s')
})
