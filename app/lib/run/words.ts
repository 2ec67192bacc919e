import type { Tone } from '@/app/components/ui/badge'
import type { StepOutcome } from '@/server/domain/event'
import type { Ending, RunSummary, Verdict } from '@/server/domain/run'

export const VERDICT: Record<Verdict, { tone: Tone; text: string }> = {
  pass: { tone: 'pass', text: 'PASS' },
  fail: { tone: 'fail', text: 'FAIL' },
  inconclusive: { tone: 'unsure', text: 'INCONCLUSIVE' },
}

export const ENDING: Record<Ending, { tone: Tone; text: string }> = {
  completed: { tone: 'neutral', text: 'completed' },
  cancelled: { tone: 'neutral', text: 'cancelled' },
  'timed-out': { tone: 'fail', text: 'timed out' },
  error: { tone: 'fail', text: 'error' },
  interrupted: { tone: 'unsure', text: 'interrupted' },
}

export const PHASE = {
  queued: { tone: 'neutral', text: 'QUEUED' },
  running: { tone: 'running', text: 'RUNNING' },
  restoring: { tone: 'running', text: 'RESTORING' },
  recovering: { tone: 'running', text: 'RECOVERING' },
} as const

export const OUTCOME: Record<StepOutcome, { tone: Tone; text: string }> = {
  ok: { tone: 'pass', text: 'done' },
  failed: { tone: 'fail', text: 'failed' },
  'timed-out': { tone: 'fail', text: 'timed out' },
  cancelled: { tone: 'neutral', text: 'cancelled' },
  skipped: { tone: 'neutral', text: 'skipped' },
}

/** The one badge of a run: what it does now, then what it showed. */
export function runBadge({ phase, verdict, ending }: Pick<RunSummary, 'phase' | 'verdict' | 'ending'>): {
  tone: Tone
  text: string
} {
  if (phase !== 'ended') return PHASE[phase]
  if (verdict) return VERDICT[verdict]
  return ENDING[ending ?? 'error']
}

/** "node0 → node1" from what the events say; null before it is known. */
export function direction(
  changes: readonly { node: string; from: string | null; to: string; reading: string }[],
): string | null {
  const first = changes.find((c) => c.from === null && c.to === 'primary')
  const later = changes.findLast((c) => c.from !== null && c.to === 'primary' && c.node !== first?.node)
  if (!first) return null
  return later ? `${first.node} → ${later.node}` : first.node
}

/** The traffic over all links of a WAN together, one way; short, for lanes and lists. */
export const allLinks = (direction: 'in' | 'out'): string => (direction === 'in' ? 'all to ISPs' : 'all to router')
