import { afterEach, describe, expect, it, vi } from 'vitest'
import type { NodeAnswer } from '../domain/cluster'
import type { EventBody } from '../domain/event'
import { testLab } from '../drivers/test-lab'
import { ClusterWatch } from './cluster-watch'

type StateChange = Extract<EventBody, { kind: 'state-change' }>

const status = (node0: string, node1: string): NodeAnswer => ({
  kind: 'status',
  raw: `${node0} ${node1}`,
  status: {
    clusterId: 1,
    localNode: 'node0',
    softwareVersion: null,
    peerSoftwareVersion: null,
    unparsed: [],
    groups: [
      {
        redundancyGroup: 1,
        failoverCount: 0,
        nodes: [node0, node1].map((state, i) => ({
          node: `node${i}`,
          priority: 100,
          state: state as 'primary',
          stateText: state,
          preempt: true,
          manual: false,
          monitorFailures: [],
        })),
      },
    ],
  },
})

function watchOf(answers: Record<string, NodeAnswer[]>) {
  let clockMs = 0
  const changes: StateChange[] = []
  const raw = vi.fn()
  const watch = new ClusterWatch({
    lab: testLab(),
    intervalMs: 1,
    ask: async (node) => {
      const answer = (answers[node]?.length ?? 0) > 1 ? answers[node]?.shift() : answers[node]?.[0]
      if (!answer) throw new Error('no answer planned')
      clockMs += 100
      return { node, startMs: clockMs, endMs: clockMs + 50, answer }
    },
    emit: (body) => body.kind === 'state-change' && changes.push(body),
    push: () => {},
    raw,
    close: () => {},
  })
  running = watch
  return { watch, changes, raw }
}

let running: ClusterWatch | undefined
afterEach(() => running?.stop())

describe('ClusterWatch', () => {
  it('puts a change between the start of the last old poll and the end of the first new one', async () => {
    const old = status('primary', 'secondary')
    const { watch, changes } = watchOf({ node0: [old], node1: [old, old, status('lost', 'primary')] })
    await watch.until(() => watch.own('node1', 1) === 'primary', AbortSignal.timeout(5000))
    const change = changes.find(({ reading, node, to }) => reading === 'node1' && node === 'node1' && to === 'primary')
    expect(change).toMatchObject({ from: 'secondary', source: 'poll' })
    expect(change && change.interval.toMs > change.interval.fromMs).toBe(true)
  })

  it('takes silence as a state of the node itself, not of its peer', async () => {
    const old = status('primary', 'secondary')
    const { watch, changes } = watchOf({ node0: [old, { kind: 'no-answer', reason: 'down' }], node1: [old] })
    await watch.until(() => watch.own('node0', 1) === 'no-answer', AbortSignal.timeout(5000))
    expect(changes.filter(({ to }) => to === 'no-answer').every(({ node }) => node === 'node0')).toBe(true)
  })

  it('keeps what a node said once, verbatim, however often it says it', async () => {
    const { watch, raw } = watchOf({ node0: [status('primary', 'secondary')], node1: [status('primary', 'secondary')] })
    await new Promise((resolve) => setTimeout(resolve, 60))
    await watch.stop()
    expect(raw.mock.calls).toEqual([
      ['node0', 'primary secondary'],
      ['node1', 'primary secondary'],
    ])
  })

  it('stops waiting when it is told to', async () => {
    const { watch } = watchOf({ node0: [status('primary', 'secondary')], node1: [status('primary', 'secondary')] })
    await expect(watch.until(() => false, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})
