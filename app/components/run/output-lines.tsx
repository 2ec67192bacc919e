'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import { cx } from '@/app/lib/cx'
import { type OutputLine, splitAtMatches } from '@/app/lib/run/output-lines'
import type { CommandView } from '@/server/domain/detail'
import { placeName } from '@/server/domain/place'

type Props = {
  lines: OutputLine[]
  /** How often lines were added: a full buffer loses as many as it gets. */
  pages: number
  commands: CommandView[]
  /** Several commands in one list: each line says where it comes from. */
  mixed: boolean
  search: string
  follow: boolean
  more: boolean
  onMore: () => void
  empty: string
}

const LINE_PX = 18

/** Only the lines in sight are in the page: an hour of ping has a million. */
export function OutputLines({ lines, pages, commands, mixed, search, follow, more, onMore, empty }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const places = useMemo(() => new Map(commands.map((c) => [c.id, placeName(c.place)])), [commands])
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  })
  const items = rows.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0

  useEffect(() => {
    if (more && lastShown >= lines.length - 50) onMore()
  }, [more, lastShown, lines.length, onMore])
  useEffect(() => {
    if (follow && pages > 0 && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [follow, pages, lines.length, rows])

  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
      tabIndex={0}
      aria-label="Output"
      data-testid="raw-output"
      className="min-h-0 flex-1 overflow-auto px-3 py-2 font-mono text-xs"
    >
      {lines.length === 0 ? <p className="font-sans text-muted">{empty}</p> : null}
      <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const line = lines[item.index]
          return line ? (
            <div
              key={line.key}
              className="absolute top-0 left-0 flex gap-3"
              style={{ height: LINE_PX, transform: `translateY(${item.start}px)` }}
            >
              {mixed ? (
                <span className="w-24 shrink-0 sm:w-32 truncate text-faint">{places.get(line.commandId)}</span>
              ) : null}
              <Line line={line} search={search} />
            </div>
          ) : null
        })}
      </div>
    </section>
  )
}

const Line = ({ line, search }: { line: OutputLine; search: string }) => (
  <span className={cx('whitespace-pre', line.from === 'stderr' && 'text-fail')}>
    {splitAtMatches(line.text, search).map((part, i) =>
      i % 2 === 1 ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one line never move
        <mark key={i} className="bg-unsure-soft text-ink">
          {part}
        </mark>
      ) : (
        part
      ),
    )}
  </span>
)
