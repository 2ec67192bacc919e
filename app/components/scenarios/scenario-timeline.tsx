'use client'
import { cx } from '@/app/lib/cx'
import { hostRows, type TimedStep } from '@/app/lib/scenarios/rows'
import { KIND, offsetText, timeText } from '@/app/lib/scenarios/words'
import { isImpairment, type ScenarioStep, type StepTime } from '@/server/domain/scenario'

type Props = { steps: readonly ScenarioStep[]; times: readonly StepTime[]; lengthMs: number }

/** Least length of the axis, so that a scenario of one moment has one. */
const LEAST_MS = 1000
const TICKS = [0, 0.25, 0.5, 0.75, 1]
/** Room at the right for what ends by itself. */
const OPEN_SHARE = 0.08

/** The steps of each host on one time axis from the common start; below it the same as a list. */
export function ScenarioTimeline({ steps, times, lengthMs }: Props) {
  const hasOpen = times.some(({ endMs }) => endMs === null)
  const wholeMs = Math.max(LEAST_MS, lengthMs) / (hasOpen ? 1 - OPEN_SHARE : 1)
  const rows = hostRows(steps, times)
  return (
    <div className="grid gap-2">
      <div aria-hidden className="grid grid-cols-[6.5rem_minmax(0,1fr)] sm:grid-cols-[9rem_minmax(0,1fr)]">
        <span className="text-muted text-xs">from start</span>
        <div className="relative h-5 text-muted text-xs">
          {TICKS.map((share) => (
            <span
              key={share}
              className={cx('absolute', share === 0.25 || share === 0.75 ? 'hidden sm:inline' : '')}
              style={{ left: `${share * 100}%`, translate: share === 0 ? '0' : share === 1 ? '-100%' : '-50%' }}
            >
              {offsetText(share * wholeMs)}
            </span>
          ))}
        </div>
        {rows.map(({ host, lines }) => (
          <div key={host} className="col-span-full grid grid-cols-subgrid border-t py-1">
            <span className="truncate pr-2 font-medium leading-6" title={host}>
              {host}
            </span>
            <div className="grid gap-0.5">
              {lines.map((line) => (
                <div key={line[0]?.step.id} className="relative h-6 bg-sunk">
                  {line.map((each) => (
                    <Bar key={each.step.id} timed={each} wholeMs={wholeMs} />
                  ))}
                </div>
              ))}
            </div>
          </div>
        ))}
      </div>
      <details>
        <summary className="text-muted">{steps.length === 1 ? '1 step' : `${steps.length} steps`}</summary>
        <StepList steps={steps} times={times} />
      </details>
    </div>
  )
}

function Bar({ timed: { step, time }, wholeMs }: { timed: TimedStep; wholeMs: number }) {
  const left = (time.startMs / wholeMs) * 100
  const width = ((time.endMs === null ? wholeMs - time.startMs : time.endMs - time.startMs) / wholeMs) * 100
  const isMoment = isImpairment(step.action)
  const text = `${step.title} (${timeText(time)})`
  if (isMoment)
    return (
      <span
        title={text}
        className="absolute inset-y-0 flex items-center gap-1 overflow-hidden whitespace-nowrap pl-0.5 text-unsure text-xs"
        style={{ left: `min(${left}%, calc(100% - 0.75rem))`, right: 0 }}
      >
        <span className="shrink-0">◆</span>
        <span className="truncate bg-sunk pr-1">{step.title}</span>
      </span>
    )
  return (
    <span
      title={text}
      className={cx(
        'absolute inset-y-0.5 overflow-hidden truncate rounded-sm border border-edge bg-panel px-1 text-xs leading-[1.1rem]',
        time.endMs === null ? 'border-dashed' : '',
      )}
      style={{ left: `${left}%`, width: `max(${Math.min(width, 100 - left)}%, 0.375rem)` }}
    >
      {step.title}
    </span>
  )
}

function StepList({ steps, times }: Pick<Props, 'steps' | 'times'>) {
  return (
    <ol className="mt-1 divide-y border-y">
      {steps.map((step) => {
        const time = times.find(({ id }) => id === step.id)
        return (
          <li key={step.id} className="grid gap-x-3 py-1 sm:grid-cols-[9rem_8rem_minmax(0,1fr)]">
            <span className="text-muted">{time ? timeText(time) : ''}</span>
            <span className="truncate">{step.host}</span>
            <div className="min-w-0">
              {step.title} <span className="text-muted">· {KIND[step.action.kind]}</span>
              {step.after ? <span className="text-muted"> · after {step.after}</span> : null}
              {step.action.kind === 'script' ? (
                <pre className="max-h-40 overflow-auto whitespace-pre-wrap break-all font-mono text-xs">
                  {step.action.commands.join('\n')}
                </pre>
              ) : null}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
