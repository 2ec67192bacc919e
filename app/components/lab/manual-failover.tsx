'use client'
import { CopyButton } from '@/app/components/ui/copy-button'
import { clusterView, type LabView, manualFlags } from '@/app/lib/lab/live-view'

/** A manual failover that nobody reset blocks the next automatic takeover, so a run would measure nothing. */
export function ManualFailover({ live }: { live: LabView | null }) {
  const groups = live ? manualFlags(clusterView(live.nodes)) : []
  if (groups.length === 0) return null
  const titles = groups.map((id) => `RG${id}`).join(', ')
  const commands = groups.map((id) => `request chassis cluster failover reset redundancy-group ${id}`)
  return (
    <section className="grid gap-2 rounded border border-unsure bg-unsure-soft px-3 py-2" data-testid="manual-failover">
      <p className="font-semibold">
        <span aria-hidden>? </span>Manual failover is still set on {titles}
      </p>
      <p>
        It blocks an automatic takeover; a run stops in its preflight. Reset it below (Manual failover), or in the CLI
        of a node:
      </p>
      <ul className="grid gap-1">
        {commands.map((command) => (
          <li key={command} className="flex items-center gap-2">
            <code className="break-all font-mono text-xs">{command}</code>
            <CopyButton kind="ghost" size="icon" iconOnly text={command} label={`Copy: ${command}`} />
          </li>
        ))}
      </ul>
    </section>
  )
}
