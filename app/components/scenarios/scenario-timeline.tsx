'use client'
import { roundStepMs } from '@/app/components/timeline/scale'
import { cx } from '@/app/lib/cx'
import { hostRows, type TimedStep } from '@/app/lib/scenarios/rows'
import { KIND, offsetText, timeText } from '@/app/lib/scenarios/words'
import { isImpairment, type ScenarioStep, type StepTime } from '@/server/domain/scenario'

type Props = { steps: readonly ScenarioStep[]; times: readonly StepTime[]; lengthMs: number }

/** Least length of the axis, so that a scenario of one moment has one. */
const LEAST_MS = 1000
const MOST_TICKS = 6
/** Room at the right for what ends by itself. */
const OPEN_SHARE = 0.08
/** A label there would stand out beyond the axis. */
const NEAR_END = 0.95

/** The steps of each host on one time axis from the common start; below it the same as a list. */
export function ScenarioTimeline({ steps, times, lengthMs }: Props) {
  const hasOpen = times.some(({ endMs }) => endMs === null)
  const wholeMs = Math.max(LEAST_MS, lengthMs) / (hasOpen ? 1 - OPEN_SHARE : 1)
  const stepMs = roundStepMs(wholeMs, MOST_TICKS)
  const ticks = Array.from({ length: Math.floor(wholeMs / stepMs) + 1 }, (_, at) => at * stepMs)
  const rows = hostRows(steps, times)
  const awaited = new Set(steps.map(({ after }) => after))
  return (
    <div className="grid gap-2">
      <div aria-hidden className="grid grid-cols-[6.5rem_minmax(0,1fr)] sm:grid-cols-[9rem_minmax(0,1fr)]">
        <span className="text-muted text-xs">from start</span>
        <div className="relative h-5 text-muted text-xs">
          {ticks.map((ms) => (
            <span
              key={ms}
              className="absolute"
              style={{
                left: `${(ms / wholeMs) * 100}%`,
                translate: ms === 0 ? '0' : ms > NEAR_END * wholeMs ? '-100%' : '-50%',
              }}
            >
              {offsetText(ms)}
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
                  {line.map((each, at) => (
                    <Bar
                      key={each.step.id}
                      timed={each}
                      wholeMs={wholeMs}
                      nextMs={line[at + 1]?.time.startMs ?? wholeMs}
                      isAwaited={awaited.has(each.step.id)}
                    />
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

type BarProps = {
  timed: TimedStep
  wholeMs: number
  /** Start of the next one on the same line. */
  nextMs: number
  /** Another step begins with its end. */
  isAwaited: boolean
}

function Bar({ timed: { step, time }, wholeMs, nextMs, isAwaited }: BarProps) {
  const left = (time.startMs / wholeMs) * 100
  const width = ((time.endMs === null ? wholeMs - time.startMs : time.endMs - time.startMs) / wholeMs) * 100
  const isMoment = isImpairment(step.action)
  const text = `${step.title} (${timeText(time)})`
  if (isMoment)
    return (
      <span
        title={text}
        className="absolute inset-y-0 flex items-center gap-1 overflow-hidden whitespace-nowrap pl-0.5 text-unsure text-xs"
        style={{ left: `min(${left}%, calc(100% - 0.75rem))`, right: `${100 - (nextMs / wholeMs) * 100}%` }}
      >
        <span className="shrink-0">◆</span>
        <span className="truncate bg-sunk pr-1">{step.title}</span>
      </span>
    )
  // Drawn to the end it would look as if nothing waited for it.
  if (time.endMs === null && isAwaited)
    return (
      <span
        title={text}
        className="absolute inset-y-0.5 right-0 flex items-center gap-1 overflow-hidden whitespace-nowrap text-xs"
        style={{ left: `${left}%` }}
      >
        <span className="h-full w-5 shrink-0 rounded-sm border border-edge border-dashed bg-panel" />
        <span className="truncate">{step.title}</span>
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
                <pre className="max-h-40 overflow-auto whitespace-pre-wrap break-all wrap-anywhere font-mono text-xs">
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
