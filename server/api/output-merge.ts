/** A piece of output on its way to the page. `position`: where its source goes on after it. */
export type Line = {
  source: string
  position: number
  commandId: string
  from: 'stdout' | 'stderr'
  /** App clock, epoch ms; what the sources are put in order by. */
  appMs: number
  text: string
}

/** Lines of several sources, each in its own order, the earliest first. */
export async function* mergeLines(sources: AsyncIterable<Line>[]): AsyncGenerator<Line> {
  const heads: { next: Line; rest: AsyncIterator<Line> }[] = []
  for (const source of sources) {
    const rest = source[Symbol.asyncIterator]()
    const first = await rest.next()
    if (!first.done) heads.push({ next: first.value, rest })
  }
  try {
    while (heads.length > 0) {
      let earliest = heads[0]
      for (const head of heads) if (earliest && head.next.appMs < earliest.next.appMs) earliest = head
      if (!earliest) return
      yield earliest.next
      const following = await earliest.rest.next()
      if (following.done) heads.splice(heads.indexOf(earliest), 1)
      else earliest.next = following.value
    }
  } finally {
    for (const { rest } of heads) await rest.return?.()
  }
}
