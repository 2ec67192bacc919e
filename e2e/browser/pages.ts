import { expect, type Page } from '@playwright/test'

/** Starts a case by click on the Lab page, once its dialog shows `plan`; the id of the run once its page shows. */
export async function runCase(page: Page, caseId: string, plan: string[], lab = 'embedded'): Promise<string> {
  await page.goto(`/labs/${lab}`)
  await page.getByRole('button', { name: `Run ${caseId}` }).click()
  const dialog = page.getByRole('dialog')
  for (const text of plan) await expect(dialog.getByText(text).first()).toBeVisible()
  await dialog.getByRole('button', { name: `Run ${caseId}` }).click()
  await page.waitForURL(/\/runs\/[a-z0-9]+$/)
  return page.url().split('/').at(-1) ?? ''
}

export const runTc3 = (page: Page, lab?: string): Promise<string> =>
  runCase(page, 'TC-3', ['This interrupts traffic', 'systemctl'], lab)

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
