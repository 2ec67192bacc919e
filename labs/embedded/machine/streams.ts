/** Where a process writes. Holders are counted: an SSH channel stays open while anybody holds it, as on a real host. */
export interface Sink {
  write(text: string): void
  /** What is no text; where it is missing (a file, a pipe), nothing here writes it. */
  writeBytes?(bytes: Uint8Array): void
  retain(): void
  release(): void
  /** The reader is gone: the next write kills the writer with SIGPIPE. */
  readonly broken: boolean
  /** Resolves when everything written so far has arrived. */
  flush(): Promise<void>
}

/** Where a process reads. `channel` may stay open for ever, so tools that need no input must not wait for it. */
export interface Source {
  readonly kind: 'null' | 'text' | 'pipe' | 'channel'
  /** Next piece, or null at the end. */
  read(): Promise<string | null>
}

export const nullSink: Sink = {
  write() {},
  retain() {},
  release() {},
  broken: false,
  flush: () => Promise.resolve(),
}

export const nullSource: Source = { kind: 'null', read: () => Promise.resolve(null) }

export const textSource = (text: string): Source => {
  let rest: string | null = text
  return {
    kind: 'text',
    read: () => {
      const piece = rest
      rest = null
      return Promise.resolve(piece === '' ? null : piece)
    },
  }
}

export async function readAll(source: Source): Promise<string> {
  let all = ''
  for (let piece = await source.read(); piece !== null; piece = await source.read()) all += piece
  return all
}

/** A queue of text with one reader. */
export class Pipe implements Source, Sink {
  private queue: string[] = []
  private waiting: ((piece: string | null) => void) | null = null
  private ended = false
  private holders = 0
  broken = false

  constructor(readonly kind: 'pipe' | 'channel' = 'pipe') {}

  write(text: string): void {
    if (this.ended || text === '') return
    if (this.waiting) {
      const deliver = this.waiting
      this.waiting = null
      deliver(text)
    } else this.queue.push(text)
  }

  read(): Promise<string | null> {
    const piece = this.queue.shift()
    if (piece !== undefined) return Promise.resolve(piece)
    if (this.ended) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.waiting = resolve
    })
  }

  end(): void {
    this.ended = true
    this.waiting?.(null)
    this.waiting = null
  }

  retain(): void {
    this.holders++
  }

  release(): void {
    if (--this.holders === 0) this.end()
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }
}

/** Passes on to another sink for as long as `open` says so; afterwards its writer gets SIGPIPE. */
export class ProxySink implements Sink {
  private holders = 0
  private resolveIdle: () => void = () => {}
  /** Nobody holds it any more. */
  readonly idle: Promise<void>

  constructor(
    private readonly target: Sink,
    private readonly open: () => boolean,
  ) {
    this.idle = new Promise((resolve) => {
      this.resolveIdle = resolve
    })
  }

  get broken(): boolean {
    return !this.open() || this.target.broken
  }
  write(text: string): void {
    this.target.write(text)
  }
  retain(): void {
    this.holders++
  }
  release(): void {
    if (--this.holders === 0) this.resolveIdle()
  }
  flush(): Promise<void> {
    return this.target.flush()
  }
}

/** Gathers what is written, for `$( … )`. */
export class Collector implements Sink {
  text = ''
  readonly broken = false
  write(text: string): void {
    this.text += text
  }
  retain(): void {}
  release(): void {}
  flush(): Promise<void> {
    return Promise.resolve()
  }
}

/** Appends to a file of a virtual file system, in order. */
export class FileSink implements Sink {
  readonly broken = false
  private chain: Promise<void> = Promise.resolve()

  constructor(private readonly append: (text: string) => Promise<void>) {}

  write(text: string): void {
    this.chain = this.chain.then(() => this.append(text)).catch(() => {})
  }
  retain(): void {}
  release(): void {}
  flush(): Promise<void> {
    return this.chain
  }
}
