import { setTimeout as sleep } from 'node:timers/promises'
import type { Interval } from '../domain/ids'
import { POLL_ANSWERS, type SampleRow } from '../domain/sample'
import type { ExecResult } from '../transport/remote'
import { Waiters } from './waiters'

/** One question to one node; its polls go to `stream`. `ask` rejects when it did not reach the node. */
export type Question = {
  node: string
  stream: string
  ask: (signal: AbortSignal) => Promise<ExecResult>
  close: () => void
}

export type FactWatchOptions<T> = {
  questions: readonly Question[]
  intervalMs: number
  /** The facts that an answer states, by key; null when it is no answer. */
  read: (node: string, result: ExecResult) => Map<string, T> | null
  /** A fact came or went between two answers; never for what the first answer states already. App clock. */
  changed: (node: string, fact: T, present: boolean, interval: Interval) => void
  push: (stream: string, rows: SampleRow[]) => void
  /** What a node said, verbatim, each time that it stated something new. */
  raw: (stream: string, text: string) => void
}

/** What a question's last readable answer stated, and when it was asked. */
type Last<T> = { facts: Map<string, T>; startMs: number }

const ANSWERED = POLL_ANSWERS.indexOf('status')
const GARBLED = POLL_ANSWERS.indexOf('garbled')
const NO_ANSWER = POLL_ANSWERS.indexOf('no-answer')

/** Asks nodes side by side, as often as they answer, which facts hold on them; tells when one came or went. */
export class FactWatch<T> {
  readonly #last = new Map<Question, Last<T>>()
  readonly #said = new Map<Question, string>()
  readonly #waiters = new Waiters()
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[]

  constructor(private readonly options: FactWatchOptions<T>) {
    this.#loops = options.questions.map((question) => this.#poll(question))
  }

  /** Resolves when every question has had a readable answer that it was asked at `sinceMs` (app clock) or later. */
  answered(sinceMs: number, signal: AbortSignal): Promise<void> {
    return this.until(() => true, sinceMs, signal)
  }

  /** Resolves when `holds` does of the facts of every question, each asked at `sinceMs` or later. Rejects with the signal. */
  until(holds: (facts: ReadonlyMap<string, T>) => boolean, sinceMs: number, signal: AbortSignal): Promise<void> {
    const all = () =>
      this.options.questions.every((question) => {
        const last = this.#last.get(question)
        return last !== undefined && last.startMs >= sinceMs && holds(last.facts)
      })
    return this.#waiters.until(all, signal)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#loops)
    for (const { close } of this.options.questions) close()
  }

  async #poll(question: Question): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const askedMs = performance.now()
      const result = await question.ask(signal).catch(() => null)
      if (signal.aborted) return
      if (result) this.#take(question, result)
      const restMs = this.options.intervalMs - (performance.now() - askedMs)
      await sleep(Math.max(5, restMs), undefined, { signal }).catch(() => {})
    }
  }

  #take(question: Question, result: ExecResult): void {
    const { node } = question
    const { startedMs: startMs, endedMs: endMs, exitCode } = result
    const isAnswer = exitCode === 0 && !result.truncated
    const facts = isAnswer ? this.options.read(node, result) : null
    this.options.push(question.stream, [[startMs, endMs, facts ? ANSWERED : isAnswer ? GARBLED : NO_ANSWER]])
    this.#tell(question, result.stdout || result.stderr, facts)
    if (!facts) return
    const before = this.#last.get(question)
    this.#last.set(question, { facts, startMs })
    if (before) this.#compare(node, before, facts, endMs)
    this.#waiters.check()
  }

  /** Counters in an answer change each time; what counts are the facts. */
  #tell(question: Question, text: string, facts: Map<string, T> | null): void {
    const said = facts ? JSON.stringify([...facts.keys()]) : text
    if (said !== this.#said.get(question)) this.options.raw(question.stream, text)
    this.#said.set(question, said)
  }

  #compare(node: string, before: Last<T>, facts: Map<string, T>, endMs: number): void {
    const interval = { fromMs: before.startMs, toMs: endMs }
    for (const [key, fact] of facts) if (!before.facts.has(key)) this.options.changed(node, fact, true, interval)
    for (const [key, fact] of before.facts) if (!facts.has(key)) this.options.changed(node, fact, false, interval)
  }
}
