import { CopyButton } from '@/app/components/ui/copy-button'
import { elapsed } from '@/app/lib/format'
import type { PlannedCommand, PlanStep } from '@/server/domain/case'

/** Per step and host, exactly what would be run. */
export const PlanList = ({ steps }: { steps: PlanStep[] }) => (
  <ol className="grid gap-6">
    {steps.map((step, i) => (
      <li key={step.id} data-step={step.id}>
        <h3 className="font-semibold">
          {i + 1}. {step.title}
        </h3>
        <p className="mb-2 text-muted text-xs">
          budget {elapsed(step.budgetMs)}
          {step.changesLab ? ' · changes the lab, is undone' : ''}
        </p>
        <ul className="grid gap-2">
          {step.commands.map((command) => (
            <Command key={`${command.place} ${command.text} ${command.purpose}`} command={command} />
          ))}
        </ul>
      </li>
    ))}
  </ol>
)

const Command = ({ command }: { command: PlannedCommand }) => (
  <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 rounded border bg-sunk px-2 py-1">
    <div className="min-w-0">
      <p className="text-muted text-xs">
        <strong className="font-semibold text-ink">{command.place}</strong> via {command.host} · {command.purpose} ·{' '}
        {command.repeat}
      </p>
      <code className="block whitespace-pre-wrap break-all wrap-anywhere font-mono text-xs leading-5">
        {command.text}
      </code>
    </div>
    <CopyButton kind="ghost" size="icon" iconOnly text={command.text} label={`Copy: ${command.text}`} />
  </li>
)

/** For a terminal: comments, then the command. */
export const asText = (steps: PlanStep[]): string =>
  steps
    .map((step) => [`# ${step.title}`, ...step.commands.map((c) => `# ${c.host} (${c.repeat})\n${c.text}`)].join('\n'))
    .join('\n\n')
