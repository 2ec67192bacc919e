import { afterEach, expect, it, vi } from 'vitest'
import type { SampleRow } from '../domain/sample'
import type { ExecResult } from '../transport/remote'
import { FactWatch } from './fact-watch'

let running: FactWatch<string> | undefined
afterEach(() => running?.stop())

/** Answers in turn, the last one for ever; null: the question did not reach the node. Asked at 100, 200, …, answered 50 later. */
function watchOf(answers: (string | { exitCode: number } | null)[]) {
  let clockMs = 0
  const changes: unknown[] = []
  const rows: SampleRow[] = []
  const raw = vi.fn()
  const ask = async (): Promise<ExecResult> => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    clockMs += 100
    if (answer == null) throw new Error('not reached')
    const stdout = typeof answer === 'string' ? answer : 'error'
    const exitCode = typeof answer === 'string' ? 0 : answer.exitCode
    const plain = { exitCode, stdout, stderr: '', signal: null, truncated: false }
    return { ...plain, startedMs: clockMs, endedMs: clockMs + 50 }
  }
  running = new FactWatch<string>({
    questions: [{ node: 'node0', stream: 'poll:x.node0', ask, close: () => {} }],
    intervalMs: 1,
    read: (_node, { stdout }) =>
      stdout === 'garbage' ? null : new Map(stdout.split(' ').flatMap((word) => (word ? [[word, word] as const] : []))),
    changed: (node, fact, present, { fromMs, toMs }) => changes.push([node, fact, present, fromMs, toMs]),
    push: (_stream, more) => rows.push(...more),
    raw,
  })
  return { watch: running, changes, rows, raw }
}
const { signal } = new AbortController()

it('a fact came or went between the asking of the last answer and the end of the next', async () => {
  const { watch, changes } = watchOf(['a', 'a b', 'b', 'b'])
  await watch.until((facts) => !facts.has('a'), 0, signal)
  // what the first answer states was there before
  expect(changes).toEqual([
    ['node0', 'b', true, 100, 250],
    ['node0', 'a', false, 200, 350],
  ])
})

it('what cannot be read says nothing: the interval goes back to the last answer, and the row says why', async () => {
  const { watch, changes, rows } = watchOf(['', 'garbage', { exitCode: 1 }, null, 'a'])
  await watch.until((facts) => facts.has('a'), 0, signal)
  expect(changes).toEqual([['node0', 'a', true, 100, 550]])
  expect(rows.slice(0, 4)).toEqual([
    [100, 150, 0],
    [200, 250, 2],
    [300, 350, 3],
    [500, 550, 0],
  ])
})

it('an answer counts only when it was asked late enough', async () => {
  const { watch, rows } = watchOf([''])
  await watch.until((facts) => !facts.has('a'), 450, signal)
  expect(rows.at(-1)?.[0]).toBeGreaterThanOrEqual(500)
  const stop = new AbortController()
  const waiting = watch.until((facts) => facts.has('a'), 0, stop.signal)
  stop.abort(new Error('over'))
  await expect(waiting).rejects.toThrow('over')
})

it('keeps what a node said once for each new statement', async () => {
  const { watch, raw } = watchOf(['a', 'a', ' a', 'a b', 'garbage', 'garbage', 'a b'])
  await watch.until((facts) => facts.has('b'), 650, signal)
  expect(raw.mock.calls.map(([, text]) => text)).toEqual(['a', 'a b', 'garbage', 'a b'])
})
