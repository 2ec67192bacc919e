'use client'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import type { Marker } from './model'
import { Strip } from './pan'
import { percent } from './scale'

/** Of the bold 12 px system font, rather too wide than too narrow. */
const CHAR_PX = 7.2
const PADDING_PX = 12
const ROWS = 3

type Placed = Marker & { label: string; left: number; row: number | null; flip: boolean }

/** On the right of its line where there is room, else on the left; the longest label that fits on one of them. */
function fitted(labels: string[], px: number, widthPx: number): { label: string; length: number; flip: boolean } {
  for (const label of labels) {
    const length = label.length * CHAR_PX + PADDING_PX
    if (px + length <= widthPx) return { label, length, flip: false }
    if (px - length >= 0) return { label, length, flip: true }
  }
  const label = labels.at(-1) ?? ''
  return { label, length: label.length * CHAR_PX + PADDING_PX, flip: px > widthPx / 2 }
}

/** Labels side by side where there is room, else one row lower; a label that fits nowhere leaves its line. */
export function placeMarkers(markers: Marker[], leftOf: (ms: number) => number, widthPx: number): Placed[] {
  const ends = new Array<number>(ROWS).fill(Number.NEGATIVE_INFINITY)
  return markers
    .map((marker) => ({ marker, left: leftOf(marker.atMs) }))
    .filter(({ left }) => left >= 0 && left <= 100)
    .sort((a, b) => a.left - b.left)
    .map(({ marker, left }) => {
      const px = (left / 100) * widthPx
      const { label, length, flip } = fitted(marker.labels, px, widthPx)
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
      <div className="relative overflow-hidden" style={{ height: `${rows * 20}px` }}>
        <Strip>
          <ul>
            {placed.map((marker) =>
              marker.row === null ? null : (
                <li
                  key={marker.id}
                  className={cx(
                    'absolute h-5 whitespace-nowrap bg-panel px-1 text-xs leading-5',
                    marker.flip ? 'border-r-2' : 'border-l-2',
                    LOOK[marker.kind],
                  )}
                  style={{
                    left: `${marker.left}%`,
                    top: marker.row * 20,
                    translate: marker.flip ? '-100%' : undefined,
                  }}
                >
                  {marker.label}
                </li>
              ),
            )}
          </ul>
        </Strip>
      </div>
    </div>
  )
}

/** The same instants as lines through all lanes. */
export function MarkerLines({ markers }: { markers: Marker[] }) {
  const { view } = useFrame()
  return (
    <Strip>
      {markers.map((marker) => {
        const left = percent(view, marker.atMs)
        if (left < 0 || left > 100) return null
        const look = marker.kind === 'fault' ? 'border-solid border-l-2' : 'border-dashed border-l'
        return (
          <div
            key={marker.id}
            className={cx('absolute inset-y-0', look, LOOK[marker.kind])}
            style={{ left: `${left}%` }}
            title={marker.labels[0]}
          />
        )
      })}
    </Strip>
  )
}
