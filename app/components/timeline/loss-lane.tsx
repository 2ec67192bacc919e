'use client'
import { memo } from 'react'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import { Lane } from './lane'
import { type Labelled, labelled } from './loss-labels'
import { inView } from './merge'
import type { ProbeLane } from './model'
import { place } from './scale'

/** More than one outage in so many pixels is a crowd. */
const CROWDED_PX = 12
/** Nobody counts them, and a wide screen holds no more. */
const MOST_CROSSES_PX = 4000

/** Dots where answers came, crosses where none did, the outage's length written on it. */
export const LossLane = memo(function LossLane({ lane }: { lane: ProbeLane }) {
  const { view, widthPx } = useFrame()
  const losses = inView(lane.losses, view, widthPx)
  // Lines of two pixels would make a link that flaps look like one that is down.
  const crowded = losses.length > widthPx / CROWDED_PX
  const answered = lane.answered ? place(view, lane.answered) : null
  const at = (ms: number) => {
    if (lane.stalls.some((s) => s.fromMs <= ms && ms <= s.toMs)) return 'sender stall'
    if (lane.losses.some((l) => l.fromMs <= ms && ms <= l.toMs)) return 'lost'
    return lane.answered && ms >= lane.answered.fromMs && ms <= lane.answered.toMs ? 'ok' : null
  }
  return (
    <Lane label={lane.title} title={lane.stream} valueAt={at}>
      {answered ? (
        <div
          className="absolute top-1/2 border-edge border-t-2 border-dotted"
          style={{ left: `${answered.left}%`, width: `${answered.width}%` }}
        />
      ) : null}
      {lane.stalls.map((stall) => {
        const box = place(view, stall)
        return box ? (
          <div
            key={stall.fromMs}
            title="sender stall"
            className="absolute inset-y-1 border border-unsure bg-unsure-soft"
            style={{ left: `${box.left}%`, width: `max(2px, ${box.width}%)` }}
          />
        ) : null
      })}
      {labelled(losses, (span) => place(view, span), widthPx).map((each) => (
        <Loss key={each.loss.fromMs} {...each} hairline={crowded} />
      ))}
    </Lane>
  )
})

function Loss({ loss, left, width, px, label, hairline }: Labelled & { hairline: boolean }) {
  const beside = label === 'right' ? { left: 'calc(100% + 4px)' } : { right: 'calc(100% + 4px)' }
  return (
    <div
      data-outage
      title={loss.lost === null ? loss.text : `${loss.text}, ${loss.lost} lost`}
      className={cx(
        'absolute inset-y-1 flex items-center justify-center border-fail bg-fail-soft text-fail',
        hairline && px < 2 ? 'border-l' : 'border-x',
      )}
      style={{ left: `${left}%`, width: `max(${hairline ? 1 : 2}px, ${width}%)` }}
    >
      <span aria-hidden className="absolute inset-x-0 overflow-hidden text-center text-[10px] leading-4 tracking-[2px]">
        {label === 'inside' ? '╳'.repeat(Math.ceil(Math.min(px, MOST_CROSSES_PX) / 8)) : ''}
      </span>
      {label ? (
        <span
          className="absolute whitespace-nowrap rounded-sm bg-panel px-1 font-semibold text-xs leading-4"
          style={label === 'inside' ? undefined : beside}
        >
          {loss.text}
        </span>
      ) : null}
    </div>
  )
}
