'use client'
import { memo } from 'react'
import { Mark } from '@/app/components/ui/badge'
import { Panel } from '@/app/components/ui/panel'
import { VERDICT } from '@/app/lib/run/words'
import type { CriterionResult } from '@/server/domain/run'

export type PlannedCriterion = { id: string; title: string; limit: string | null }

type Props = {
  results: CriterionResult[]
  planned: PlannedCriterion[]
  /** Shows the raw output of a command. */
  onCommand: (commandId: string) => void
}

/** Each criterion with verdict, measured against its limit, why, and the evidence. */
export const Criteria = memo(function Criteria({ results, planned, onCommand }: Props) {
  const judged = new Set(results.map((r) => r.id))
  const open = planned.filter((p) => !judged.has(p.id))
  return (
    <Panel title="Criteria" bodyClassName="p-0">
      <ul className="divide-y">
        {results.map((result) => (
          <Criterion key={result.id} result={result} onCommand={onCommand} />
        ))}
        {open.map((criterion) => (
          <li key={criterion.id} className="flex items-baseline gap-1 px-3 py-2 text-muted">
            <Mark tone="neutral" label="not judged yet" />
            <span className="min-w-0">
              {criterion.title}
              {criterion.limit ? <span className="block text-xs">limit {criterion.limit}</span> : null}
            </span>
          </li>
        ))}
        {results.length + open.length === 0 ? <li className="px-3 py-2 text-muted">Nothing was judged.</li> : null}
      </ul>
    </Panel>
  )
})

function Criterion({ result, onCommand }: { result: CriterionResult; onCommand: (id: string) => void }) {
  const { tone, text } = VERDICT[result.verdict]
  const { measured, limit } = result
  return (
    <li className="px-3 py-2" data-criterion={result.id} data-verdict={result.verdict}>
      <div className="flex items-baseline gap-1">
        <Mark tone={tone} label={text} />
        <h3 className="min-w-0 font-medium">{result.title}</h3>
      </div>
      <div className="pl-5">
        {measured || limit ? (
          <p>
            {measured ? <strong className="font-semibold">{measured.text}</strong> : null}
            {limit ? <span className="text-muted"> limit {limit.text}</span> : null}
          </p>
        ) : null}
        <p className="text-muted text-xs">{result.reason}</p>
        {result.evidence.length > 0 ? (
          <details className="mt-1 text-xs" open={result.verdict !== 'pass'}>
            <summary className="text-muted">evidence ({result.evidence.length})</summary>
            <ul className="mt-1 grid gap-1">
              {result.evidence.map((evidence) => {
                const { commandId } = evidence
                return (
                  <li key={`${evidence.text}${commandId}${evidence.seq}`} className="break-words">
                    {commandId ? (
                      <button type="button" className="link text-left" onClick={() => onCommand(commandId)}>
                        {evidence.text}
                      </button>
                    ) : (
                      evidence.text
                    )}
                  </li>
                )
              })}
            </ul>
          </details>
        ) : null}
      </div>
    </li>
  )
}
