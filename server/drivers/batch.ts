/** Collects items and hands them on together, at the latest `delayMs` after the first. */
export type Batcher<T> = { add(item: T): void; flush(): void }

export function batcher<T>(onBatch: (items: T[]) => void, delayMs: number): Batcher<T> {
  let items: T[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (items.length === 0) return
    const batch = items
    items = []
    onBatch(batch)
  }
  return {
    add(item) {
      items.push(item)
      timer ??= setTimeout(flush, delayMs)
    },
    flush,
  }
}

/** Live rows wait so long for others: below what an eye notices, above one call per row. */
export const ROW_DELAY_MS = 20
