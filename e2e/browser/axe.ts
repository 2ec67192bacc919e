import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = { id: string; impact: string; nodes: { html: string }[] }

/** What axe finds serious or critical on the page, with the markup that it found it in. */
export async function serious(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[]
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

const THEMES = ['light', 'dark'] as const
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]

/** What axe finds serious on the page as it is open, in both themes and on a desktop and a phone; and where it is wider than these. */
export async function seriousInEveryLook(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme })
    for (const size of SIZES) {
      await page.setViewportSize(size)
      const look = `${colorScheme}, ${size.width} px`
      for (const violation of await serious(page)) found.push(`${look}: ${violation}`)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      if (width > size.width) found.push(`${look}: ${width} px wide`)
    }
  }
  return found
}
