'use client'
import { memo, useId, useRef, useState } from 'react'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Input, Select } from '@/app/components/ui/field'
import { Panel } from '@/app/components/ui/panel'
import { count } from '@/app/lib/format'
import { commandName } from '@/app/lib/run/output-lines'
import { useInView } from '@/app/lib/use-in-view'
import type { CommandView, RunDetail } from '@/server/domain/detail'
import { CommandList } from './command-list'
import { OutputLines } from './output-lines'
import { useOutput } from './use-output'

/** With less of it in sight nobody reads along. */
const READ_PX = 160

/** Evidence leads here. */
export const OUTPUT_ID = 'output'

type Props = {
  detail: RunDetail
  /** null: all of them. */
  commandId: string | null
  onCommand: (id: string | null) => void
}

/** What the hosts printed, as text and nothing but text. */
export const RawOutput = memo(function RawOutput({ detail, commandId, onCommand }: Props) {
  const live = detail.summary.phase !== 'ended'
  const searchId = useId()
  const [search, setSearch] = useState('')
  const [follow, setFollow] = useState(live)
  const box = useRef<HTMLDivElement>(null)
  const visible = useInView(box)
  const read = useInView(box, READ_PX)
  const output = useOutput({ id: detail.summary.id, commandId, search, live, visible, follow: follow && read })
  const command = detail.commands.find((c) => c.id === commandId)
  return (
    <Panel
      id={OUTPUT_ID}
      title="Raw output"
      className="flex h-[36rem] scroll-mt-16 flex-col xl:h-full xl:min-h-[32rem]"
      bodyClassName="flex min-h-0 flex-1 flex-col p-0"
      aside={
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <div className="flex items-center gap-2">
            <label htmlFor={searchId} className="text-muted">
              search
            </label>
            <Input
              id={searchId}
              type="search"
              value={search}
              maxLength={200}
              onChange={(event) => setSearch(event.target.value)}
              className="w-44"
            />
          </div>
          <label className="flex items-center gap-2">
            <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
            <span className="text-muted">follow</span>
          </label>
        </div>
      }
    >
      <div
        ref={box}
        className="grid min-h-0 flex-1 grid-rows-[auto_minmax(0,1fr)] md:grid-cols-[20rem_minmax(0,1fr)] md:grid-rows-1"
      >
        <div className="border-b p-2 md:hidden">
          <Select
            aria-label="Command"
            value={commandId ?? ''}
            onChange={(event) => onCommand(event.target.value || null)}
          >
            <option value="">All commands ({count(detail.commands.length)})</option>
            {detail.commands.map((c) => (
              <option key={c.id} value={c.id}>
                {commandName(c)}
              </option>
            ))}
          </Select>
        </div>
        <CommandList commands={detail.commands} steps={detail.steps} selected={commandId} onSelect={onCommand} />
        <div className="flex min-h-0 min-w-0 flex-col">
          {command ? <CommandHead command={command} /> : null}
          {output.error ? (
            <ErrorBox error={output.error} doing="Could not read the output" onRetry={output.load} className="m-2" />
          ) : null}
          <OutputLines
            lines={output.lines}
            pages={output.pages}
            commands={detail.commands}
            mixed={commandId === null}
            search={search}
            follow={follow}
            more={output.more}
            onMore={output.load}
            empty={
              output.loading
                ? 'Loading…'
                : search
                  ? `Nothing matches "${search}".`
                  : live
                    ? 'Nothing printed yet.'
                    : 'Nothing was printed.'
            }
          />
        </div>
      </div>
    </Panel>
  )
})

function CommandHead({ command }: { command: CommandView }) {
  const { exitCode, signal, durationMs, error } = command
  const end = signal ? `ended by ${signal}` : `exit ${exitCode ?? '–'}`
  const state = durationMs === null ? 'running' : (error ?? `${end} after ${(durationMs / 1000).toFixed(2)} s`)
  return (
    <p className="border-b px-3 py-1.5 text-xs">
      <span className="text-muted">
        {command.host} · {state}
      </span>
      <code className="block break-all font-mono">{command.argv.join(' ')}</code>
    </p>
  )
}
