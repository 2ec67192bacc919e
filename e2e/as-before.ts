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

/** How a lab was when what was done on it before had left it so: looking takes seconds. */
const lastSeen = new Map<string, unknown>()

/** Does something on a lab that nobody else touches, and expects it to look as before. */
export async function leavingAsBefore(
  lab: string,
  look: () => Promise<unknown>,
  work: () => Promise<void>,
  withinMs?: number,
): Promise<void> {
  const before = lastSeen.get(lab) ?? (await look())
  lastSeen.delete(lab)
  await work()
  await expectAsBefore(look, before, withinMs)
  lastSeen.set(lab, before)
}
