import type { NodePoll } from '../domain/cluster'
import type { Lab } from '../domain/lab'
import { AppError, asAppError } from '../errors'
import { epochMs } from '../transport/now'
import type { ExecResult, RemoteStream } from '../transport/remote'
import { type LabAccess, streamAt } from './at'
import { clusterAnswer, showClusterStatus } from './junos'

const ANSWER_S = 2
/** Of the app, beyond the time that the node itself gives its CLI. */
const MARGIN_MS = 1000
const END = '=== failover-lab'
const MAX_CHARS = 1_000_000
/** Arguments: seconds, command. Asks once for each line that it reads. */
const LOOP = `n=$1; shift; while read -r _; do timeout "$n" "$@" 2>&1; echo "${END} $? ==="; done`

/** One process on a node that asks its CLI once per line: starting one for each question costs the host 70 ms of CPU. */
export const questionLoop = (question: readonly string[]): string[] => [
  ...['sh', '-c', LOOP, 'sh', String(ANSWER_S)],
  ...question,
]

/** The loop that asks for the cluster status. */
export const askLoop = (lab: Lab): string[] => questionLoop(showClusterStatus(lab))

type Answer = { exitCode: number | null; text: string }
type Node = { name: string; instance: string }
type ChannelOptions = { tag: string; timeoutMs: number }

/** A channel to one node that asks the same question again and again. Opened on the first, and again after its end. */
export class QuestionChannel {
  #stream: RemoteStream | null = null
  #text = ''
  #stderr = ''
  #answer: (answer: Answer) => void = () => {}
  #fail: (error: AppError) => void = () => {}

  /** @param question argv of the node's CLI */
  constructor(
    private readonly access: LabAccess,
    private readonly node: Node,
    private readonly question: readonly string[],
    private readonly options: ChannelOptions,
  ) {}

  /**
   * Asks. What the CLI printed and how it exited; without an exit code, or with one that is not 0, when it cannot
   * connect, hangs, or its instance is down. Rejects only when the question did not reach the container host: `ssh-…`,
   * `cancelled`.
   */
  async ask(signal: AbortSignal): Promise<ExecResult> {
    const startedMs = epochMs()
    const { exitCode, text } = await this.#question(signal)
    return {
      exitCode,
      signal: null,
      stdout: text,
      stderr: this.#stderr,
      startedMs,
      endedMs: epochMs(),
      truncated: text.length >= MAX_CHARS,
    }
  }

  close(): void {
    this.#stream?.close()
    this.#stream = null
  }

  async #question(signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    const stream = this.#stream ?? (await this.#open())
    this.#text = ''
    return new Promise<Answer>((resolve, reject) => {
      const settle = (work: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#answer = () => {}
        this.#fail = () => {}
        work()
      }
      const timer = setTimeout(
        () => {
          this.close()
          settle(() => resolve({ exitCode: null, text: '' }))
        },
        ANSWER_S * 1000 + MARGIN_MS,
      )
      const onAbort = () => settle(() => reject(new AppError('cancelled', 'the watch was stopped')))
      signal.addEventListener('abort', onAbort, { once: true })
      this.#answer = (answer) => settle(() => resolve(answer))
      this.#fail = (error) => settle(() => reject(error))
      stream.write('\n')
    })
  }

  async #open(): Promise<RemoteStream> {
    this.#stderr = ''
    const stream = await streamAt(this.access, { instance: this.node.instance }, questionLoop(this.question), {
      ...this.options,
      keepStdin: true,
      onLine: (line) => this.#line(line),
      onStderr: (line) => {
        this.#stderr = `${this.#stderr}${line}\n`.slice(-1000)
      },
    })
    this.#stream = stream
    // The instance went down, or the loop was ended: the next question opens another.
    const ended = () => {
      if (this.#stream === stream) this.#stream = null
    }
    stream.done.then(
      () => {
        ended()
        this.#answer({ exitCode: 1, text: '' })
      },
      (error: unknown) => {
        ended()
        this.#fail(asAppError(error))
      },
    )
    return stream
  }

  #line(line: string): void {
    if (line.startsWith(END)) this.#answer({ exitCode: Number(/ (\d+) ===$/.exec(line)?.[1] ?? 1), text: this.#text })
    else if (this.#text.length < MAX_CHARS) this.#text += `${line}\n`
  }
}

/** An open channel to one node that asks for the cluster status. */
export class NodeChannel {
  readonly #channel: QuestionChannel

  constructor(
    access: LabAccess,
    private readonly node: Node,
    options: ChannelOptions,
  ) {
    this.#channel = new QuestionChannel(access, node, showClusterStatus(access.lab), options)
  }

  /**
   * Asks for the cluster status. A CLI that cannot connect, hangs, or whose instance is down is the answer `no-answer`.
   * Rejects only when the question did not reach the container host: `ssh-…`, `cancelled`.
   */
  async ask(signal: AbortSignal): Promise<NodePoll> {
    const result = await this.#channel.ask(signal)
    const { startedMs: startMs, endedMs: endMs } = result
    return { node: this.node.name, startMs, endMs, answer: clusterAnswer(result) }
  }

  close(): void {
    this.#channel.close()
  }
}
