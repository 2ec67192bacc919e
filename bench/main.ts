// npm run bench: timings and accuracy on the production build and the embedded lab, with REFERENCE_LAB=1 on the
// reference lab, too; --json prints one object. --wan measures the embedded WAN lab alone, three times: in the whole it is
// measured once, for a round takes two minutes.
import { chromium } from '@playwright/test'
import { CHROMIUM } from '../e2e/chromium'
import { World } from '../e2e/harness'
import { measureAccuracy } from './accuracy'
import { bytesOfShortRuns, measureBytes } from './bytes'
import { type Figure, medianOf, printFigures } from './figures'
import { measureHistory } from './history'
import { measureLive } from './live'
import { watchedApp } from './loop'
import { machineMs } from './machine'
import { measureMultiLab } from './multi-lab'
import { measureOverhead } from './overhead'
import { measureReference } from './reference'
import { measureReport } from './report'
import { measureStartSkew } from './skew'
import { measureWan } from './wan'

const json = process.argv.includes('--json')
const ROUNDS = 3
/** Labs at once; so many of them then share the outages: more are no faster on two cores. */
const LABS = 10
const ACCURACY_LABS = 6
const say = (text: string) => (json ? process.stderr : process.stdout).write(`${text}\n`)

const figures: Figure[] = []
const machine = [machineMs()]
const browser = await chromium.launch(CHROMIUM)
if (process.argv.includes('--wan')) {
  const wan = await measureWan(browser, say, ROUNDS).finally(() => browser.close())
  printFigures([...wan, await measureStartSkew(say, ROUNDS)], json)
  process.exit()
}
const world = await World.startAlone('embedded')
try {
  const watched = await watchedApp([world.labFile])
  const overheadsMs: number[] = []
  const rounds: Awaited<ReturnType<typeof measureLive>>[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      overheadsMs.push(await measureOverhead(watched.app, world))
      say(`overhead ${round + 1} of ${ROUNDS}: ${overheadsMs.at(-1)} ms`)
    }
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(await measureLive(watched, world, browser))
      say(`live ${round + 1} of ${ROUNDS}: ${JSON.stringify(rounds.at(-1))}`)
    }
  } finally {
    await watched.app.stop()
  }
  machine.push(machineMs())
  const report = await measureReport(world, browser, say)
  figures.push(
    medianOf(
      'liveP95Ms',
      'line leaving the host to the DOM, p95',
      'ms',
      100,
      rounds.map((r) => r.liveP95Ms),
    ),
    medianOf('overheadMs', 'TC-3 beyond what it must wait for', 'ms', 2000, overheadsMs),
    medianOf(
      'eventLoopP99Ms',
      'event loop delay during a live run, p99',
      'ms',
      50,
      // With nothing else open, and with a report of an hour being opened beside it: the larger.
      rounds.map((r, i) => Math.max(r.eventLoopP99Ms, report.eventLoopP99Ms[i] ?? 0)),
    ),
    ...report.figures,
    ...(await measureHistory(say)),
    ...(await measureWan(browser, say)),
    await measureStartSkew(say, ROUNDS),
  )
  const worlds = await World.startApart(LABS)
  try {
    figures.push(...(await measureMultiLab(worlds, say)))
    machine.push(machineMs())
    figures.push(medianOf('machineMs', 'a fixed piece of arithmetic: how fast the machine is', 'ms', null, machine))
    await Promise.all(worlds.splice(ACCURACY_LABS).map((each) => each.close()))
    // A size, no timing: it may be taken beside.
    const [accuracy, bytes] = await Promise.all([measureAccuracy(worlds, say), measureBytes(world)])
    figures.push(...accuracy.figures, bytes, bytesOfShortRuns(accuracy.database))
  } finally {
    await Promise.all(worlds.map((each) => each.close()))
  }
} finally {
  await browser.close()
  await world.close()
}
if (process.env.REFERENCE_LAB === '1') figures.push(await measureReference())
printFigures(figures, json)
