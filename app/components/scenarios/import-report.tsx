'use client'
import { Mark, type Tone } from '@/app/components/ui/badge'
import type { ImportedCommand, ScenarioImport } from '@/server/domain/scenario-views'

const BECOMES: Record<ImportedCommand['becomes'], { tone: Tone; text: string }> = {
  typed: { tone: 'pass', text: 'step of its own' },
  raw: { tone: 'neutral', text: 'command as it was' },
  time: { tone: 'pass', text: 'pause' },
  nothing: { tone: 'neutral', text: 'not needed' },
}
const ORDER = ['typed', 'raw', 'time', 'nothing'] as const

const countOf = (commands: readonly ImportedCommand[], what: ImportedCommand['becomes']): number =>
  commands.filter(({ becomes }) => becomes === what).length

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** "5 typed steps, 3 raw commands, 1 pause, 2 not needed; nothing was lost." */
function summaryOf({ commands, format, content }: ScenarioImport): string {
  if (format === 'scenario') return `${plural(content.steps.length, 'step')}, as they stand in the file.`
  const words = { typed: 'typed step', raw: 'raw command', time: 'pause', nothing: 'not needed' } as const
  const counted = ORDER.flatMap((what) => {
    const count = countOf(commands, what)
    if (count === 0) return []
    return [what === 'nothing' ? `${count} not needed` : plural(count, words[what])]
  })
  return `${plural(commands.length, 'command')}: ${counted.join(', ')}. No command was lost.`
}

/** What became of each command of the file, and what has to be known of it. */
export function ImportReport({ result }: { result: ScenarioImport }) {
  const { commands, notes, problems } = result
  return (
    <div className="grid gap-3">
      <p data-testid="import-summary" className="font-semibold">
        {summaryOf(result)}
      </p>
      {problems.length > 0 ? (
        <div className="rounded border border-unsure bg-unsure-soft px-3 py-2">
          <p className="font-semibold">
            <span aria-hidden>? </span>It does not fit this lab yet
          </p>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
          <p>It can be kept, and runs once the lab file or the scenario names what is missing.</p>
        </div>
      ) : null}
      {notes.length > 0 ? (
        <ul className="text-muted">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
      {commands.length > 0 ? <Commands commands={commands} /> : null}
    </div>
  )
}

function Commands({ commands }: { commands: readonly ImportedCommand[] }) {
  return (
    <ol className="divide-y rounded border">
      {commands
        .map((command, at) => ({ ...command, id: `command-${at}` }))
        .map((command) => {
          const { tone, text } = BECOMES[command.becomes]
          return (
            <li
              key={command.id}
              className="grid gap-x-3 gap-y-1 px-3 py-1.5 md:grid-cols-[11rem_minmax(0,1fr)]"
              data-becomes={command.becomes}
            >
              <span className="min-w-0">
                <Mark tone={tone} label={text} /> {text}
                <span className="block truncate pl-4 text-muted text-xs">
                  job {command.job + 1}, {command.host}
                </span>
              </span>
              <div className="min-w-0">
                <code className="block whitespace-pre-wrap break-all wrap-anywhere font-mono text-xs leading-5">
                  {command.command}
                </code>
                {command.notes.map((note) => (
                  <p key={note} className="text-muted text-xs">
                    {note}
                  </p>
                ))}
              </div>
            </li>
          )
        })}
    </ol>
  )
}
