import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { stateOf } from './suite'

/** The control calls of an embedded lab that a browser suite's app started; tests only. */
export const controlOf =
  (suite: string, lab: 'embedded' | 'embedded-wan') =>
  async (call: string, body: unknown): Promise<void> => {
    const running = JSON.parse(readFileSync(`${stateOf(suite)}/${lab}/running.json`, 'utf8')) as { control: string }
    const response = await fetch(`${running.control}/${lab}/${call}`, { method: 'POST', body: JSON.stringify(body) })
    expect(response.ok, await response.text()).toBe(true)
  }
