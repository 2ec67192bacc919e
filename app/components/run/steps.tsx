'use client'
import { memo } from 'react'
import { Mark } from '@/app/components/ui/badge'
import { Panel } from '@/app/components/ui/panel'
import { ProgressBar } from '@/app/components/ui/progress'
import { elapsed, share } from '@/app/lib/format'
import type { LiveRun } from '@/app/lib/run/live-run'
import { OUTCOME } from '@/app/lib/run/words'
import type { RunDetail, StepView } from '@/server/domain/detail'
import { useNow } from './use-run'

type Props = {
  run: LiveRun
  detail: RunDetail /** Steps that have not begun. */
  planned: { id: string; title: string }[]
}

/** What was done and what comes, how long it took, how much of its budget is left. */
export const Steps = memo(function Steps({ run, detail, planned }: Props) {
  const live = detail.summary.phase !== 'ended'
  const now = useNow(run, live)
  const done = new Set(detail.steps.map((s) => s.id))
  const waiting = live ? planned.filter((s) => !done.has(s.id)) : []
  return (
    <Panel title="Steps" bodyClassName="p-0">
      <ol className="divide-y">
        {detail.steps.map((step) => (
          <StepRow key={step.id} step={step} detail={detail} now={now} />
        ))}
        {waiting.map((step) => (
          <li key={step.id} className="flex min-h-12 items-start gap-1 px-3 py-1.5 text-muted">
            <Mark tone="neutral" label="to come" />
            <span className="min-w-0 flex-1 pr-24">{step.title}</span>
          </li>
        ))}
        {detail.steps.length + waiting.length === 0 ? (
          <li className="px-3 py-2 text-muted">{live ? 'Not started yet.' : 'It ended before its first step.'}</li>
        ) : null}
      </ol>
    </Panel>
  )
})

function StepRow({ step, detail, now }: { step: StepView; detail: RunDetail; now: number }) {
  const running = step.outcome === null
  const took = (step.endedMs ?? Math.max(now, step.startedMs)) - step.startedMs
  const look = step.outcome ? OUTCOME[step.outcome] : { tone: 'running' as const, text: 'running' }
  return (
    <li className="relative px-3 py-1.5" data-step={step.id} data-outcome={step.outcome ?? 'running'}>
      <div className="flex min-h-9 items-start gap-1 leading-5">
        <Mark tone={look.tone} label={look.text} />
        <div className="min-w-0 flex-1">
          {step.title}
          {step.message ? <p className="text-xs">{step.message}</p> : null}
          <Checks checks={detail.checks.filter((c) => c.stepId === step.id)} />
        </div>
        <span className="w-24 shrink-0 text-right text-muted">
          {elapsed(took)}
          {running ? (
            <span className="block text-xs leading-4">≤ {elapsed(Math.max(0, step.budgetMs - took))} left</span>
          ) : null}
        </span>
      </div>
      {running ? (
        <div className="absolute inset-x-0 bottom-0">
          <ProgressBar value={share(took, step.budgetMs)} label={`Time used of the budget of ${step.title}`} />
        </div>
      ) : null}
    </li>
  )
}

function Checks({ checks }: { checks: RunDetail['checks'] }) {
  if (checks.length === 0) return null
  const bad = checks.filter((c) => !c.ok)
  return (
    <div className="text-xs">
      {bad.map((check) => (
        <p key={check.id} className="text-fail">
          ✕ {check.title}: {check.found}
          {check.hint ? <span className="block text-ink">{check.hint}</span> : null}
        </p>
      ))}
      <details>
        <summary className="text-muted">
          {checks.length - bad.length} of {checks.length} checks ok
        </summary>
        <ul>
          {checks.map((check) => (
            <li key={check.id}>
              <Mark tone={check.ok ? 'pass' : 'fail'} label={check.ok ? 'ok' : 'not ok'} />
              {check.title}: <span className="text-muted">{check.found}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}
