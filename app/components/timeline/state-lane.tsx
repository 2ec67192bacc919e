'use client'
import { memo } from 'react'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import { Lane } from './lane'
import { drawable, type ManyStates } from './merge-states'
import type { LaneState, StateLane as Model, StateSegment } from './model'
import { place } from './scale'

const CHAR_PX = 6.4

/** Primary solid, a healthy other one outlined, everything that cannot take over or does not answer hatched. */
export function stateLook(state: LaneState): string {
  if (state === 'primary') return 'bg-strong text-on-strong border-strong'
  if (state === 'secondary') return 'bg-panel text-ink border-edge'
  if (state === 'secondary-hold' || state === 'hold') return 'bg-panel text-ink border-edge border-dashed'
  return 'hatched bg-panel text-ink border-edge'
}

export const STATE_TEXT: Record<LaneState, string> = {
  primary: 'primary',
  secondary: 'secondary',
  'secondary-hold': 'secondary-hold',
  hold: 'hold',
  lost: 'lost',
  disabled: 'disabled',
  ineligible: 'ineligible',
  unknown: 'unknown',
  'no-answer': 'no answer',
}

export const StateLane = memo(function StateLane({ lane }: { lane: Model }) {
  const { view, widthPx } = useFrame()
  const at = (ms: number) => {
    const state = lane.segments.find((s) => s.fromMs <= ms && ms <= s.toMs)?.state
    return state ? STATE_TEXT[state] : null
  }
  return (
    <Lane label={`${lane.node} RG${lane.redundancyGroup}`} valueAt={at}>
      {drawable(lane.segments, view, widthPx).map((each) =>
        'changes' in each ? <Many key={each.fromMs} {...each} /> : <Segment key={each.fromMs} segment={each} />,
      )}
    </Lane>
  )
})

/** States that changed too fast to be told apart here. */
function Many({ fromMs, toMs, changes }: ManyStates) {
  const { view } = useFrame()
  const box = place(view, { fromMs, toMs })
  return box ? (
    <div
      data-state="several"
      title={`${changes} states in turn: zoom in to tell them apart`}
      className="hatched absolute inset-y-1 border border-edge bg-panel"
      style={{ left: `${box.left}%`, width: `max(2px, ${box.width}%)` }}
    />
  ) : null
}

function Segment({ segment }: { segment: StateSegment }) {
  const { view, widthPx } = useFrame()
  const box = place(view, segment)
  const change = segment.since ? place(view, segment.since) : null
  const text = STATE_TEXT[segment.state]
  const fits = box !== null && (box.width / 100) * widthPx > text.length * CHAR_PX + 10
  const plain = segment.state === 'primary' || segment.state === 'secondary'
  return (
    <>
      {change ? (
        <div
          title={`became ${text} within ${((segment.since?.toMs ?? 0) - (segment.since?.fromMs ?? 0)).toFixed(0)} ms`}
          className="absolute inset-y-1 border-edge border-y border-dotted"
          style={{ left: `${change.left}%`, width: `${change.width}%` }}
        />
      ) : null}
      {box ? (
        <div
          data-state={segment.state}
          title={text}
          className={cx(
            'absolute inset-y-1 overflow-hidden whitespace-nowrap border text-center text-xs leading-[14px]',
            stateLook(segment.state),
          )}
          style={{ left: `${box.left}%`, width: `max(2px, ${box.width}%)` }}
        >
          {fits ? <span className={plain ? '' : 'bg-panel px-1'}>{text}</span> : null}
        </div>
      ) : null}
    </>
  )
}
