import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page, test } from '@playwright/test'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = { id: string; impact: string; nodes: { html: string }[] }

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[]
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

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
        '/cases?lab=embedded&case=TC-3',
        '/history',
        `/compare?runs=${run},${other}`,
        `/runs/${run}`,
        '/nowhere',
      ]) {
        await page.goto(route)
        await expect(page.getByRole('heading').first()).toBeVisible()
        expect(await serious(page), route).toEqual([])
      }
    })
