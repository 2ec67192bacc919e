import { expect, type Page } from '@playwright/test'

/** Starts TC-3 by click on the Lab page; the id of the run once its page shows. */
export async function runTc3(page: Page, lab = 'embedded'): Promise<string> {
  await page.goto(`/labs/${lab}`)
  await page.getByRole('button', { name: 'Run TC-3' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('This interrupts traffic')).toBeVisible()
  await expect(dialog.getByText('systemctl').first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Run TC-3' }).click()
  await page.waitForURL(/\/runs\/[a-z0-9]+$/)
  return page.url().split('/').at(-1) ?? ''
}

/** Waits for the verdict badge. */
export async function expectVerdict(page: Page, verdict: RegExp): Promise<void> {
  await expect(page.getByTestId('verdict')).toHaveText(verdict, { timeout: 100_000 })
}

/** What a reader sees of a run that has ended: the same after a reload, a lost network, in another browser. */
export async function pictureOf(page: Page) {
  const text = (id: string) => page.getByTestId(id).innerText()
  return {
    verdict: await text('verdict'),
    failoverTime: await text('failover-time'),
    criteria: await page.getByRole('region', { name: 'Criteria' }).innerText(),
    shades: await page.getByTestId('outage-shade').count(),
  }
}
