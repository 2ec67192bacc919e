import type { App, RunAnswer } from '../harness'
import { undisturbed, whyInconclusive } from '../undisturbed'
import { UdpStream } from './udp-stream'

export const REFERENCE = { id: 'reference', file: '/var/lib/failover-lab-reference/reference.yaml' }
const STREAM_S = 90
/** One TC-3 with the independent stream beside it. All in ms; the stream's truth lies in [trueLowerMs, trueUpperMs]. */
export type Comparison = {
  run: RunAnswer
  ms: number
  lowerMs: number
  upperMs: number
  trueLowerMs: number
  trueUpperMs: number
  intersects: boolean
}

/** @param meanwhile done while the run goes on, from its start */
export async function compareOnce(
  app: App,
  params: Record<string, unknown> = {},
  meanwhile: (id: string) => Promise<void> = async () => {},
): Promise<Comparison> {
  const stream = new UdpStream()
  await stream.start(STREAM_S)
  const { id } = await app.start(REFERENCE.id, 'TC-3', params)
  const ended = Promise.all([app.ended(id), meanwhile(id)])
  const [run] = await ended.finally(() => stream.stop())
  const failover = run.measurements.failoverTime
  if (!failover)
    throw new Error(`run ${id} (${run.ending}) has no Failover Time: ${run.message ?? JSON.stringify(run.criteria)}`)
  const startedMs = (step: string) => run.steps.find(({ id: each }) => each === step)?.startedAt ?? 0
  // What the restore interrupts afterwards, when it gives the primary back, is not of the failover.
  const outage = stream.longestOutage(startedMs('fault') - 100, startedMs('collect'))
  const lowerMs = failover.ms - failover.minusMs
  const upperMs = failover.ms + failover.plusMs
  const { lowerMs: trueLowerMs, upperMs: trueUpperMs } = outage
  const intersects = lowerMs <= trueUpperMs && trueLowerMs <= upperMs
  return { run, ms: failover.ms, lowerMs, upperMs, trueLowerMs, trueUpperMs, intersects }
}

/**
 * The same, again (twice at most) while the product says "inconclusive": this machine plays lab, product and witness on
 * two cores, and a ping that was kept from running or a table that came too late must end in exactly that. The interval
 * must agree with the witness every time, and no run may be judged wrong.
 */
export const compareUndisturbed = (app: App, params: Record<string, unknown>): Promise<Comparison> =>
  undisturbed(
    async () => {
      const comparison = await compareOnce(app, params)
      const { id } = comparison.run
      if (!comparison.intersects)
        throw new Error(`run ${id} contradicts the stream: ${JSON.stringify({ ...comparison, run: id })}`)
      return comparison
    },
    ({ run }) => whyInconclusive(run),
  )
