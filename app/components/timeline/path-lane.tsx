'use client'
import { memo } from 'react'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import { Lane } from './lane'
import type { ImpairedSpan, PathLane as Model, Span, UseSpan } from './model'
import { place } from './scale'

const CHAR_PX = 6.4
const PADDING_PX = 10

const under = <T extends Span>(spans: readonly T[], ms: number): T | undefined =>
  spans.find(({ fromMs, toMs }) => fromMs <= ms && ms <= toMs)

/** One link of a WAN: above, when it carried the traffic; below, what was done to it. */
export const PathLane = memo(function PathLane({ lane }: { lane: Model }) {
  const at = (ms: number) => {
    const used = under(lane.used, ms)
    return [used ? howUsed(used) : 'not used', under(lane.impaired, ms)?.text].filter(Boolean).join(', ')
  }
  return (
    <Lane label={lane.title} title={lane.about} valueAt={at} height="h-11">
      {lane.impaired.map((span) => (
        <Impaired key={span.fromMs} span={span} />
      ))}
      {lane.used.map((span) => (
        <Use key={span.fromMs} span={span} />
      ))}
    </Lane>
  )
})

const howUsed = ({ isShared }: UseSpan): string => (isShared ? 'shared' : 'in use')

/** Whether a text has room in a box of some percent of the plot. */
const fits = (text: string, percent: number, widthPx: number): boolean =>
  (percent / 100) * widthPx > text.length * CHAR_PX + PADDING_PX

function Use({ span }: { span: UseSpan }) {
  const { view, widthPx } = useFrame()
  const box = place(view, span)
  if (!box) return null
  const text = howUsed(span)
  return (
    <div
      data-path={span.isShared ? 'shared' : 'used'}
      title={text}
      className={cx(
        'absolute top-1 h-4 overflow-hidden whitespace-nowrap border text-center text-xs leading-[14px]',
        span.isShared ? 'border-edge border-dashed bg-panel text-ink' : 'border-strong bg-strong text-on-strong',
      )}
      style={{ left: `${box.left}%`, width: `max(2px, ${box.width}%)` }}
    >
      {fits(text, box.width, widthPx) ? text : ''}
    </div>
  )
}

function Impaired({ span }: { span: ImpairedSpan }) {
  const { view, widthPx } = useFrame()
  const box = place(view, span)
  if (!box) return null
  return (
    <div
      data-impaired
      title={span.text}
      className={cx(
        'absolute inset-y-0 flex items-end overflow-hidden whitespace-nowrap border-x px-1 pb-0.5 text-xs leading-4',
        span.isCut ? 'border-fail bg-fail-soft text-fail' : 'border-unsure bg-unsure-soft text-unsure',
      )}
      style={{ left: `${box.left}%`, width: `max(2px, ${box.width}%)` }}
    >
      {fits(span.text, box.width, widthPx) ? span.text : ''}
    </div>
  )
}
