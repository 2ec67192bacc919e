import { expect, test } from '@playwright/test'
import { serious } from './axe'

for (const colorScheme of ['light', 'dark'] as const)
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const)
    test(`axe finds nothing serious, ${colorScheme}, ${width} px`, async ({ page, request }) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
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
        expect(await serious(page), route).toEqual([])
      }
    })
