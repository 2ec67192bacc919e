import { expect, it } from 'vitest'
import { claimsOf, longestSilenceMs } from './claims'
import { longestUnseenMs } from './unseen'

const window = { fromMs: 1000, toMs: 2000 }
const poll = (startMs: number, answer = 0) => [startMs, startMs + 10, answer]

it('what may pass unseen between polls lasts from the start of one to the end of the next', () => {
  expect(
    longestUnseenMs(
      [900, 1100, 1300, 1700, 1990, 2200].map((ms) => poll(ms)),
      window,
    ),
  ).toBe(410)
})

it('an unanswered poll tells nothing, so that more may pass unseen', () => {
  expect(longestUnseenMs([poll(900), poll(1100), poll(1300, 3), poll(1500, 2), poll(1990)], window)).toBe(900)
})

it('at the ends of the window it lasts from or until there', () => {
  expect(longestUnseenMs([poll(1600), poll(2100)], window)).toBe(610)
  expect(longestUnseenMs([poll(900), poll(1300)], window)).toBe(700)
  expect(longestUnseenMs([], window)).toBe(1000)
})

it('a claim is ARP with the VIP as its sender, inside the window', () => {
  const [vip, other] = [0x0a00_3c01, 0x0a00_3c66]
  const rows = [
    [1, 1100, vip, other, null, 1, null],
    [0, 1200, vip, vip, null, 1, null],
    [1, 1300, other, vip, null, 2, null],
    [2, 1400, vip, other, 1, 1, 7],
    [1, 2500, vip, other, null, 1, null],
  ]
  expect(claimsOf(rows, '10.0.60.1', window)).toEqual([1100, 1200])
  expect(longestSilenceMs([1200, 1100], window)).toBe(800)
  expect(longestSilenceMs([], window)).toBe(1000)
})
