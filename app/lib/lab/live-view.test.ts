import { describe, expect, it } from 'vitest'
import type { NodeRow, NodeState } from '@/server/domain/cluster'
import { clusterView, manualFlags, type NodeLive, primariesOf, weightOf } from './live-view'

const row = (node: string, state: NodeState, more: Partial<NodeRow> = {}): NodeRow => ({
  node,
  priority: 100,
  state,
  stateText: state,
  preempt: true,
  manual: false,
  monitorFailures: [],
  ...more,
})

const answer = (node: string, rows: NodeRow[]): NodeLive => ({
  node,
  atMs: 0,
  interfaces: null,
  information: { weights: [{ node, redundancyGroup: 1, weight: 255, priority: null }], unparsed: [] },
  answer: {
    kind: 'status',
    raw: '',
    status: {
      clusterId: 1,
      localNode: node,
      softwareVersion: null,
      peerSoftwareVersion: null,
      unparsed: [],
      groups: [{ redundancyGroup: 1, failoverCount: 0, nodes: rows }],
    },
  },
})

describe('clusterView', () => {
  it('shows a split: each node is primary in its own eyes', () => {
    const seen = clusterView([
      answer('node0', [row('node0', 'primary'), row('node1', 'lost')]),
      answer('node1', [row('node0', 'lost'), row('node1', 'primary')]),
    ])
    expect(seen.map((s) => s.disagree)).toEqual([true, true])
    expect(primariesOf(seen, 1)).toEqual(['node0', 'node1'])
  })

  it('takes a row that vanished for silence, not for a contradiction', () => {
    const seen = clusterView([
      answer('node1', [row('node1', 'primary')]),
      { ...answer('node0', []), answer: { kind: 'no-answer', reason: 'down' } },
    ])
    expect(seen).toMatchObject([{ node: 'node1', disagree: false }])
    expect(primariesOf(seen, 1)).toEqual(['node1'])
  })

  it('finds stale manual failovers and weights', () => {
    const nodes = [answer('node0', [row('node0', 'primary', { manual: true })])]
    expect(manualFlags(clusterView(nodes))).toEqual([1])
    expect(weightOf(nodes, 'node0', 1)).toBe(255)
    expect(weightOf(nodes, 'node1', 1)).toBeNull()
  })
})
