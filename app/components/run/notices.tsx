'use client'
import { memo, type ReactNode } from 'react'
import { TONE_MARK, type Tone } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { cx } from '@/app/lib/cx'
import type { RunDetail } from '@/server/domain/detail'
import { ResetAndRun } from './reset-and-run'

const LOOK: Record<'fail' | 'unsure' | 'neutral', string> = {
  fail: 'border-fail bg-fail-soft',
  unsure: 'border-unsure bg-unsure-soft',
  neutral: 'bg-panel',
}

export function Notice({ tone, title, children }: { tone: Tone; title: string; children?: ReactNode }) {
  const look = tone === 'fail' || tone === 'unsure' ? LOOK[tone] : LOOK.neutral
  return (
    <div className={cx('rounded border px-3 py-2', look)}>
      <p className="font-semibold">
        <span aria-hidden>{TONE_MARK[tone]} </span>
        {title}
      </p>
      {children ? <div className="grid gap-1">{children}</div> : null}
    </div>
  )
}

const messageTone = ({ ending, verdict }: RunDetail['summary']): Tone =>
  ending === 'error' || ending === 'timed-out' || (ending === 'completed' && verdict === 'fail') ? 'fail' : 'unsure'

/** What went wrong, and what to do: between the headline and the time axis. */
export const Notices = memo(function Notices({ detail }: { detail: RunDetail }) {
  const { summary, snapshotCompared, undos, notes } = detail
  const failedUndos = undos.filter((u) => !u.ok)
  const worth = notes.filter((n) => n.level !== 'info')
  const ended = summary.phase === 'ended'
  const message = ended && summary.message && (summary.ending !== 'completed' || summary.verdict !== 'pass')
  const switches = detail.context?.switches ?? []
  const failedChecks = detail.checks.filter((c) => !c.ok)
  return (
    <>
      {summary.phase === 'queued' ? (
        <Notice tone="neutral" title={summary.behind ? `Waits behind run ${summary.behind}` : 'Waits for the lab'}>
          {summary.behind ? (
            <p>
              One run per lab. It starts by itself when{' '}
              <Link className="link" href={`/runs/${encodeURIComponent(summary.behind)}`}>
                run {summary.behind}
              </Link>{' '}
              has ended.
            </p>
          ) : null}
        </Notice>
      ) : null}
      {summary.phase === 'recovering' ? (
        <Notice tone="unsure" title="The dashboard was restarted in the middle of this run">
          <p>The lab is being put back to what it was; the run ends when that is done.</p>
        </Notice>
      ) : null}
      {switches.length > 0 ? (
        <Notice tone="unsure" title={`The lab ${ended ? 'misbehaved' : 'misbehaves'} on purpose`}>
          <p>
            Switches on at the start of this run: {switches.join(', ')}. They are set on the{' '}
            <Link className="link" href={`/labs/${encodeURIComponent(summary.lab)}`}>
              Lab page
            </Link>
            .
          </p>
        </Notice>
      ) : null}
      {message ? (
        <Notice
          tone={messageTone(summary)}
          title={failedChecks.length > 0 ? 'Preflight failed' : (summary.message ?? '')}
        >
          {failedChecks.map((check) => (
            <p key={check.id}>
              {check.title}: {check.found}. {check.hint}
            </p>
          ))}
          {failedChecks.some((check) => check.id === 'manual-failover') ? <ResetAndRun summary={summary} /> : null}
        </Notice>
      ) : null}
      {snapshotCompared && !snapshotCompared.equal ? (
        <Notice tone="fail" title="The lab is not as it was before this run">
          <ul className="break-all font-mono text-xs">
            {snapshotCompared.differences.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p>
            No run starts there until it is restored or marked clean on the{' '}
            <Link className="link" href={`/labs/${encodeURIComponent(summary.lab)}`}>
              Lab page
            </Link>
            .
          </p>
        </Notice>
      ) : null}
      {failedUndos.map((undo) => (
        <Notice key={undo.seq} tone="fail" title={`Could not undo: ${undo.title}`}>
          {undo.message ? <p>{undo.message}</p> : null}
        </Notice>
      ))}
      {worth.map((note) => (
        <Notice key={note.seq} tone={note.level === 'error' ? 'fail' : 'unsure'} title={note.message}>
          {note.hint ? <p>{note.hint}</p> : null}
        </Notice>
      ))}
    </>
  )
})
