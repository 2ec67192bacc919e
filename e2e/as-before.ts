import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { until } from './harness'

/** Expects a lab to look as before, at once or within a while. */
export async function expectAsBefore(look: () => Promise<unknown>, before: unknown, withinMs = 15_000): Promise<void> {
  let after: unknown
  const isAsBefore = async () => {
    after = await look().catch(String)
    return isDeepStrictEqual(after, before)
  }
  await until('the lab is as before', isAsBefore, withinMs, 300).catch(() => {})
  expect(after).toEqual(before)
}
