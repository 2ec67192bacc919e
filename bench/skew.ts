import { App, World } from '../e2e/harness'
import { type Figure, medianOf } from './figures'

const LAB = 'embedded-wan'

/** Two hosts, one of them with two commands, that are to begin at the same time. */
const TOGETHER = `name: Begin together
jobs:
  - { host: juulink-edge-1, commands: [hostname] }
  - { host: juulink-edge-1, commands: [ping -c 3 -i 1 192.168.100.2] }
  - { host: pve, commands: [hostname] }
`

type Measured = { measured: { value: number } | null }

/** By how much the hosts of a scenario begin apart, ms by their own clocks, on loopback. */
export async function measureStartSkew(say: (text: string) => void, count: number): Promise<Figure> {
  const world = await World.startAlone(LAB, 'wan')
  const skewsMs: number[] = []
  try {
    const app = await App.start([world.labFile])
    try {
      const scenario = await app.mutate<{ id: string }>('scenarios.save', { lab: LAB, text: TOGETHER, files: [] })
      for (let round = 1; round <= count; round++) {
        const { id } = await app.mutate<{ id: string }>('scenarios.run', { lab: LAB, id: scenario.id })
        const { ending, criteria } = await app.ended(id, 240_000)
        const criterion = criteria.find((each) => each.id === 'started-together') as Partial<Measured> | undefined
        const skew = criterion?.measured?.value
        if (ending !== 'completed' || skew === undefined) throw new Error(`run ${id}: ${ending}, no skew was measured`)
        skewsMs.push(skew)
        say(`skew ${round} of ${count}: ${skew} ms`)
      }
    } finally {
      await app.stop()
    }
  } finally {
    await world.close()
  }
  return medianOf('wan.startSkewMs', 'hosts of a scenario that begin together, apart by', 'ms', 50, skewsMs)
}
