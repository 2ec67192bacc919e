/** The lab's time: epoch ms with µs precision, never stepped. */
export const nowMs = (): number => performance.timeOrigin + performance.now()

export type Task = { timeMs: number; run: (timeMs: number) => void; order: number; cancelled: boolean }

/**
 * Runs tasks in the order of their *model* times. A node timer fires a little late; the task is told the exact time it
 * was due, so nothing that is computed from it carries the timer's error.
 */
export class Scheduler {
  private heap: Task[] = []
  private timer: NodeJS.Timeout | null = null
  private armedForMs = Number.POSITIVE_INFINITY
  private count = 0

  /** Runs `run` as soon as the lab's clock has passed `timeMs`. */
  at(timeMs: number, run: (timeMs: number) => void): Task {
    const task: Task = { timeMs, run, order: this.count++, cancelled: false }
    this.push(task)
    this.arm()
    return task
  }

  cancel(task: Task | null | undefined): void {
    if (task) task.cancelled = true
  }

  /** Runs everything that is due; commands call it first, so that they find the world as it is at this instant. */
  runDue(): void {
    for (let next = this.heap[0]; next && next.timeMs <= nowMs(); next = this.heap[0]) {
      this.pop()
      if (!next.cancelled) next.run(next.timeMs)
    }
    this.arm()
  }

  private arm(): void {
    const next = this.heap[0]
    if (!next || next.timeMs >= this.armedForMs) return
    if (this.timer) clearTimeout(this.timer)
    this.armedForMs = next.timeMs
    this.timer = setTimeout(
      () => {
        this.timer = null
        this.armedForMs = Number.POSITIVE_INFINITY
        this.runDue()
      },
      Math.min(Math.max(next.timeMs - nowMs(), 0), 2 ** 30),
    )
  }

  private before(a: Task, b: Task): boolean {
    return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)
  }

  private push(task: Task): void {
    const heap = this.heap
    let index = heap.push(task) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Task
      if (!this.before(task, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = task
  }

  private pop(): void {
    const heap = this.heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right && this.before(right, heap[child] as Task)) child++
      const below = heap[child] as Task
      if (!this.before(below, last)) break
      heap[index] = below
      index = child
    }
    heap[index] = last
  }
}

/** One scheduler for all worlds of the process, so their events are ordered among each other. */
export const scheduler = new Scheduler()
