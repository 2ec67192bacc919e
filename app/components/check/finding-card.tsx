import { Badge, type Tone } from '@/app/components/ui/badge'
import { CopyButton } from '@/app/components/ui/copy-button'
import { hostWords } from '@/app/lib/lab/check-view'
import type { Finding, FindingStatus } from '@/server/domain/check'
import type { AnyPublicLab } from '@/server/domain/views'
import { DeclaredFound } from './declared-found'

const TONE: Record<FindingStatus, Tone> = { ok: 'pass', missing: 'fail', differs: 'fail', unknown: 'unsure' }

/** One thing that is wrong: what is declared and found, and the command that mends it. */
export function FindingCard({ finding, lab }: { finding: Finding; lab: AnyPublicLab | undefined }) {
  const { id, title, status, mend, hint } = finding
  return (
    <li className="grid min-w-0 content-start gap-2 rounded border bg-panel px-3 py-2" data-finding={id}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={TONE[status]}>{status}</Badge>
        <h3 className="font-semibold">{title}</h3>
      </div>
      <DeclaredFound finding={finding} />
      {mend ? (
        <div className="grid gap-1">
          <p className="text-muted text-xs">On {hostWords(lab, mend.host)}:</p>
          <div className="flex items-center justify-between gap-2 rounded bg-sunk py-1 pr-1 pl-2">
            <code className="min-w-0 break-words font-mono text-xs">{mend.command}</code>
            <CopyButton kind="ghost" size="icon" iconOnly text={mend.command} label={`Copy: ${mend.command}`} />
          </div>
        </div>
      ) : null}
      {hint ? <p>{hint}</p> : null}
    </li>
  )
}
