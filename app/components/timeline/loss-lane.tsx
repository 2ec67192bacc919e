'use client'
import { memo } from 'react'
import { useFrame } from './frame'
import { Lane } from './lane'
import { inView } from './merge'
import type { LossSpan, ProbeLane } from './model'
import { place } from './scale'

const CHAR_PX = 6.6

/** Dots where answers came, crosses where none did, the outage's length written on it. */
export const LossLane = memo(function LossLane({ lane }: { lane: ProbeLane }) {
  const { view, widthPx } = useFrame()
  const losses = inView(lane.losses, view, widthPx)
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
      {losses.map((loss) => (
        <Loss key={loss.fromMs} loss={loss} />
      ))}
    </Lane>
  )
})

function Loss({ loss }: { loss: LossSpan }) {
  const { view, widthPx } = useFrame()
  const box = place(view, loss)
  if (!box) return null
  const px = (box.width / 100) * widthPx
  const inside = px > loss.text.length * CHAR_PX + 16
  const beside = box.left + box.width < 80 ? { left: 'calc(100% + 4px)' } : { right: 'calc(100% + 4px)' }
  return (
    <div
      data-outage
      title={`${loss.text}, ${loss.lost} lost`}
      className="absolute inset-y-1 flex items-center justify-center border-fail border-x bg-fail-soft text-fail"
      style={{ left: `${box.left}%`, width: `max(2px, ${box.width}%)` }}
    >
      <span aria-hidden className="absolute inset-x-0 overflow-hidden text-center text-[10px] leading-4 tracking-[2px]">
        {inside ? '╳'.repeat(Math.ceil(px / 8)) : ''}
      </span>
      <span
        className="absolute whitespace-nowrap rounded-sm bg-panel px-1 font-semibold text-xs leading-4"
        style={inside ? undefined : beside}
      >
        {inside || loss.lost > 3 ? loss.text : ''}
      </span>
    </div>
  )
}
