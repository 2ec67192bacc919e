import { setTimeout as sleep } from 'node:timers/promises'
import { App } from '../harness'
import { type Comparison, compareOnce, REFERENCE } from '../reference/accuracy'
import { type Proof, prove } from './table'

const MAX_WIDTH_MS = 20
const s = (ms: number) => (ms / 1000).toFixed(4)

function row({ run, ms, lowerMs, upperMs, trueLowerMs, trueUpperMs, intersects }: Comparison, i: number): string {
  const cells = [
    i + 1,
    run.id,
    run.verdict,
    s(ms),
    `${s(lowerMs)}–${s(upperMs)}`,
    (upperMs - lowerMs).toFixed(1),
    `${s(trueLowerMs)}–${s(trueUpperMs)}`,
    intersects ? 'yes' : '**NO**',
  ]
  return `| ${cells.join(' | ')} |`
}

const percentile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)] ?? Number.NaN

/** TC-3 at random phase of the heartbeat, each held against an independent 1 ms UDP stream that the product does not see. */
export async function comparisonsOf(random: () => number, runs: number) {
  const app = await App.start([REFERENCE.file])
  const comparisons: Comparison[] = []
  const proofs: Proof[] = []
  try {
    for (let i = 0; i < runs; i++) {
      await sleep(random() * 1000)
      proofs.push(
        await prove(`TC-3 against the independent stream, ${i + 1} of ${runs}`, async () => {
          const comparison = await compareOnce(app)
          comparisons.push(comparison)
          const { lowerMs, upperMs, trueLowerMs, trueUpperMs, intersects, run } = comparison
          return {
            ok: intersects && run.verdict === 'pass',
            seen: `${run.verdict}, product ${s(lowerMs)}–${s(upperMs)} s, stream ${s(trueLowerMs)}–${s(trueUpperMs)} s`,
          }
        }),
      )
    }
  } finally {
    await app.stop()
  }
  return { comparisons, proofs, covered: comparisons.filter(({ intersects }) => intersects).length }
}

/** The comparisons as proofs, and the page that shows them. */
export async function proveAccuracy(random: () => number, runs: number) {
  const { comparisons, proofs, covered: hits } = await comparisonsOf(random, runs)
  const widths = comparisons.map(({ lowerMs, upperMs }) => upperMs - lowerMs)
  const p95 = percentile(widths, 0.95)
  proofs.push({ what: `intervals intersect in all of ${runs} runs`, ok: hits === runs, seen: `${hits} of ${runs}` })
  proofs.push({
    what: `width of the interval ≤ ${MAX_WIDTH_MS} ms p95`,
    ok: p95 <= MAX_WIDTH_MS,
    seen: `${p95.toFixed(1)} ms`,
  })
  const page = (heading: string) => `# Accuracy

${heading} \`npm run prove\` writes this page.

TC-3 (\`kill -9\` of the cluster daemon) on the reference lab, at random phase of the heartbeat. Beside each run an
independent UDP stream of one datagram a millisecond crosses the cluster and is captured on the WAN host; the product does
not see it. Its outage (between: first to last datagram lost, and last good to first good one, as sent) must intersect the interval
that the product states.

**${hits} of ${runs} intersect. Width of the stated interval: median ${percentile(widths, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (≤ ${MAX_WIDTH_MS} ms wanted).**

| # | run | verdict | Failover Time s | stated interval s | width ms | independent stream s | intersects |
|---|---|---|---|---|---|---|---|
${comparisons.map(row).join('\n')}
`
  return { proofs, page }
}
