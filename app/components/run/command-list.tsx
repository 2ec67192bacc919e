'use client'
import { Fragment, memo } from 'react'
import { cx } from '@/app/lib/cx'
import { count } from '@/app/lib/format'
import { commandName } from '@/app/lib/run/output-lines'
import type { CommandView, StepView } from '@/server/domain/detail'

type Props = {
  commands: CommandView[]
  steps: StepView[]
  selected: string | null
  onSelect: (id: string | null) => void
}

export const CommandList = memo(function CommandList({ commands, steps, selected, onSelect }: Props) {
  return (
    <ul className="hidden min-h-0 overflow-y-auto border-r py-1 md:block" aria-label="Commands">
      <Entry
        label={`All commands (${count(commands.length)})`}
        active={selected === null}
        onClick={() => onSelect(null)}
      />
      {commands.map((command, i) => (
        <Fragment key={command.id}>
          {command.stepId === commands[i - 1]?.stepId ? null : (
            <li className="px-3 pt-2 text-muted text-xs">
              {steps.find((s) => s.id === command.stepId)?.title ?? command.stepId}
            </li>
          )}
          <Entry
            label={commandName(command)}
            mark={command.error ? '✕' : command.durationMs === null ? '●' : ''}
            note={command.exitCode ? `exit ${command.exitCode}` : ''}
            active={selected === command.id}
            onClick={() => onSelect(command.id)}
          />
        </Fragment>
      ))}
    </ul>
  )
})

/** `note`: an exit code other than 0, which is an answer ("nothing found") as often as a failure. */
type EntryProps = { label: string; mark?: string; note?: string; active: boolean; onClick: () => void }

const Entry = ({ label, mark = '', note = '', active, onClick }: EntryProps) => (
  <li>
    <button
      type="button"
      aria-pressed={active}
      title={label}
      onClick={onClick}
      className={cx(
        'flex h-6 w-full items-center gap-1 px-3 text-left text-xs hover:bg-sunk',
        active && 'bg-sunk font-semibold',
      )}
    >
      <span className={cx('w-3 shrink-0', mark === '●' ? 'text-running' : 'text-fail')}>{mark}</span>
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {note === '' ? null : <span className="shrink-0 font-normal text-muted">{note}</span>}
    </button>
  </li>
)
