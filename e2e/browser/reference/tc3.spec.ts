import { expect, type Page, test } from '@playwright/test'
import { runTc3 } from '../pages'

const verdictOf = async (page: Page): Promise<string> => {
  const badge = page.getByTestId('verdict')
  await expect(badge).toHaveText(/PASS|FAIL|INCONCLUSIVE/, { timeout: 100_000 })
  return badge.innerText()
}

test('TC-3 by click on the real cluster passes', async ({ page }) => {
  test.setTimeout(300_000)
  await runTc3(page, 'reference')
  await expect(page.getByTestId('outage-shade').first()).toBeVisible({ timeout: 90_000 })
  // One disturbed run is set aside: this machine plays lab, product and browser at once, and says so when a ping stalled.
  if ((await verdictOf(page)).includes('INCONCLUSIVE')) {
    await expect(page.getByText('the sender stalled').first()).toBeVisible()
    await runTc3(page, 'reference')
  }
  expect(await verdictOf(page)).toContain('PASS')
  await expect(page.getByTestId('failover-time')).toContainText('limit 5 s')
})
