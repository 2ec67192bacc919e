'use client'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import type { Marker } from './model'
import { percent } from './scale'

const CHAR_PX = 6.6
const ROWS = 3

type Placed = Marker & { left: number; row: number | null; flip: boolean }

/** Labels side by side where there is room, else one row lower; a label that fits nowhere leaves its line. */
export function placeMarkers(markers: Marker[], leftOf: (ms: number) => number, widthPx: number): Placed[] {
  const ends = new Array<number>(ROWS).fill(Number.NEGATIVE_INFINITY)
  return markers
    .map((marker) => ({ marker, left: leftOf(marker.atMs) }))
    .filter(({ left }) => left >= 0 && left <= 100)
    .sort((a, b) => a.left - b.left)
    .map(({ marker, left }) => {
      const px = (left / 100) * widthPx
      const label = marker.label.length * CHAR_PX > widthPx * 0.6 ? marker.short : marker.label
      const length = label.length * CHAR_PX + 12
      const flip = px + length > widthPx && px - length > 0
      const from = flip ? px - length : px
      const row = ends.findIndex((end) => from >= end)
      if (row >= 0) ends[row] = from + length
      return { ...marker, label, left, row: row >= 0 ? row : null, flip }
    })
}

const LOOK: Record<Marker['kind'], string> = {
  fault: 'border-fail text-fail font-semibold',
  state: 'border-running text-running',
  recovered: 'border-pass text-pass',
}

/** Three rows from the start where a fault is to come, so that nothing below moves when it does. */
export function MarkerLabels({ markers, rows }: { markers: Marker[]; rows: number }) {
  const { view, widthPx } = useFrame()
  const placed = placeMarkers(markers, (ms) => percent(view, ms), widthPx)
  return (
    <div className="grid grid-cols-[var(--gutter)_1fr] border-line border-b">
      <span className="py-0.5 text-muted text-xs leading-4">events</span>
      <ul className="relative overflow-hidden" style={{ height: `${rows * 20}px` }}>
        {placed.map((marker) =>
          marker.row === null ? null : (
            <li
              key={marker.id}
              className={cx(
                'absolute h-5 whitespace-nowrap px-1 text-xs leading-5',
                marker.flip ? 'border-r-2' : 'border-l-2',
                LOOK[marker.kind],
              )}
              style={{ left: `${marker.left}%`, top: marker.row * 20, translate: marker.flip ? '-100%' : undefined }}
            >
              {marker.label}
            </li>
          ),
        )}
      </ul>
    </div>
  )
}

/** The same instants as lines through all lanes. */
export function MarkerLines({ markers }: { markers: Marker[] }) {
  const { view } = useFrame()
  return markers.map((marker) => {
    const left = percent(view, marker.atMs)
    if (left < 0 || left > 100) return null
    const look = marker.kind === 'fault' ? 'border-solid border-l-2' : 'border-dashed border-l'
    return (
      <div
        key={marker.id}
        className={cx('absolute inset-y-0', look, LOOK[marker.kind])}
        style={{ left: `${left}%` }}
        title={marker.label}
      />
    )
  })
}
