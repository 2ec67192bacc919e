import { expect, test } from '@playwright/test'
import { seriousInEveryLook } from './axe'

test('axe finds nothing serious on any page, in both themes, at 1440 and 390 px', async ({ page, request }) => {
  const newest = (await (await request.get('/api/v1/runs?case=TC-3&limit=2')).json()) as { runs: { id: string }[] }
  const [run, other] = newest.runs.map(({ id }) => id)
  expect(other).toBeDefined()
  for (const route of [
    '/labs/embedded',
    '/labs/unreachable',
    '/labs/embedded/check',
    '/labs/unreachable/check',
    '/labs/embedded/expectations',
    '/labs/unreachable/expectations',
    '/labs/embedded-wan/scenarios',
    '/labs/embedded-wan/expectations',
    '/cases?lab=embedded-wan&case=WAN-2',
    '/hosts',
    '/cases?lab=embedded&case=TC-3',
    '/history',
    `/compare?runs=${run},${other}`,
    `/runs/${run}`,
    '/nowhere',
  ]) {
    await page.goto(route)
    await expect(page.getByRole('heading').first()).toBeVisible()
    if (route.endsWith('/check')) await expect(page.getByTestId('check-summary')).toBeVisible()
    if (route.endsWith('/expectations')) await expect(page.getByText('Expected and measured')).toBeVisible()
    expect(await seriousInEveryLook(page), route).toEqual([])
  }
})
