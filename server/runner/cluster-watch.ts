import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeAnswer, NodePoll, NodeState } from '../domain/cluster'
import type { EventBody } from '../domain/event'
import type { Interval } from '../domain/ids'
import type { Lab } from '../domain/lab'
import { POLL_ANSWERS, type SampleRow } from '../domain/sample'
import { Waiters } from './waiters'

type Shown = NodeState | 'no-answer'
type Known = { state: Shown; pollStartMs: number }

export type WatchOptions = {
  lab: Lab
  intervalMs: number
  /** Asks one node; never rejects but by the signal. */
  ask: (node: string, signal: AbortSignal) => Promise<NodePoll>
  emit: (body: EventBody) => void
  push: (stream: string, rows: SampleRow[]) => void
  /** What a node said, verbatim, each time that it said something new. */
  raw: (node: string, text: string) => void
  /** Lets go of what asking needed. */
  close: () => void
}

/** Rows that one node's answer states: "node/rg" -> state. No answer is a state of the node's own rows. */
export function statesIn(lab: Lab, reading: string, answer: NodeAnswer): Map<string, Shown> {
  const states = new Map<string, Shown>()
  if (answer.kind === 'status') {
    for (const group of answer.status.groups)
      for (const row of group.nodes) states.set(`${row.node}/${group.redundancyGroup}`, row.state)
    return states
  }
  const state = answer.kind === 'no-answer' ? 'no-answer' : answer.kind === 'not-clustered' ? 'disabled' : 'unknown'
  for (const group of lab.cluster.redundancyGroups) states.set(`${reading}/${group.id}`, state)
  return states
}

/** Polls both nodes side by side; keeps what each last said, and puts every change into the events. */
export class ClusterWatch {
  /** reading node -> "node/rg" -> state. */
  readonly #known = new Map<string, Map<string, Known>>()
  readonly #said = new Map<string, string>()
  readonly #waiters = new Waiters()
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[]

  constructor(private readonly options: WatchOptions) {
    this.#loops = options.lab.cluster.nodes.map((node) => this.#poll(node.name))
  }

  /** What a node says of itself in a redundancy group; null before its first answer. */
  own(node: string, redundancyGroup: number): Shown | null {
    return this.#known.get(node)?.get(`${node}/${redundancyGroup}`)?.state ?? null
  }

  /** Resolves when `holds` does, checked at every poll; rejects when the signal aborts. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return this.#waiters.until(holds, signal)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#loops)
    this.options.close()
  }

  async #poll(node: string): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const poll = await this.options.ask(node, signal).catch(() => null)
      if (signal.aborted || !poll) return
      this.#take(poll)
      const restMs = this.options.intervalMs - (poll.endMs - poll.startMs)
      await sleep(Math.max(10, restMs), undefined, { signal }).catch(() => {})
    }
  }

  #take({ node, startMs, endMs, answer }: NodePoll): void {
    this.options.push(`poll:${node}`, [[startMs, endMs, POLL_ANSWERS.indexOf(answer.kind)]])
    const said = answer.kind === 'no-answer' ? answer.reason : answer.raw
    if (said !== this.#said.get(node)) this.options.raw(node, said)
    this.#said.set(node, said)
    const known = this.#known.get(node) ?? new Map<string, Known>()
    this.#known.set(node, known)
    for (const [row, state] of statesIn(this.options.lab, node, answer)) {
      const before = known.get(row)
      if (before?.state !== state)
        this.#changed(node, row, before, state, { fromMs: before?.pollStartMs ?? startMs, toMs: endMs })
      known.set(row, { state, pollStartMs: startMs })
    }
    this.#waiters.check()
  }

  #changed(reading: string, row: string, before: Known | undefined, to: Shown, interval: Interval): void {
    const [node = '', group = ''] = row.split('/')
    const from = before?.state ?? null
    this.options.emit({
      kind: 'state-change',
      node,
      redundancyGroup: Number(group),
      from,
      to,
      interval,
      source: 'poll',
      reading,
    })
  }
}
