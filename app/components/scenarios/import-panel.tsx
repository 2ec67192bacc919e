'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileSearch, Save, X } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, Input, TextArea } from '@/app/components/ui/field'
import { FileButton } from '@/app/components/ui/file-button'
import { Panel } from '@/app/components/ui/panel'
import type { TextFile } from '@/app/lib/text-files'
import { useTRPC } from '@/app/lib/trpc'
import { useTextFiles } from '@/app/lib/use-text-files'
import { ImportReport } from './import-report'
import { ScenarioTimeline } from './scenario-timeline'

const EXAMPLE = `name: Loss on Starlink-1
jobs:
  - host: edge-node
    commands: [ping -c 240 192.168.100.2]
  - host: pve
    run_after_min: 1
    commands: …`

const isYaml = ({ name }: TextFile): boolean => /\.ya?ml$/i.test(name)

type Props = { lab: string; onDone: () => void }

/** Reads a file of the team's runner, or a scenario, shows what would become of it, and keeps it. */
export function ImportPanel({ lab, onDone }: Props) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const [files, setFiles] = useState<TextFile[]>([])
  const [title, setTitle] = useState('')
  const [textId, titleId] = [useId(), useId()]
  const read = useMutation(trpc.scenarios.read.mutationOptions({ onSuccess: ({ content }) => setTitle(content.title) }))
  const save = useMutation(
    trpc.scenarios.save.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.scenarios.list.queryKey({ lab }) })
        onDone()
      },
    }),
  )
  const take = useTextFiles({
    onMutate: () => {
      read.reset()
      save.reset()
    },
    onSuccess: (taken) => {
      // One that the scenario copies to its hosts is none that takes its place.
      const yaml = taken.find((file) => isYaml(file) && !text.includes(file.name))
      if (yaml) setText(yaml.text)
      const beside = taken.filter((file) => file !== yaml)
      setFiles((known) => [...known.filter(({ name }) => !beside.some((file) => file.name === name)), ...beside])
    },
  })
  const changed = () => {
    read.reset()
    save.reset()
    take.reset()
  }
  const result = read.data
  return (
    <Panel
      title="Import a scenario"
      aside={
        <Button size="small" kind="ghost" onClick={onDone}>
          <X aria-hidden /> Close
        </Button>
      }
    >
      <div className="grid gap-4">
        <Field
          label="YAML of the runner, or of a scenario"
          htmlFor={textId}
          hint="Passwords of the WANulators’ consoles in it are left out. Nothing is run, and nothing is kept until you save it."
        >
          <TextArea
            id={textId}
            className="h-48"
            placeholder={EXAMPLE}
            value={text}
            onChange={(event) => {
              changed()
              setText(event.target.value)
            }}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-2">
          <FileButton label="Choose files…" multiple onFiles={(chosen) => take.mutate(chosen)} />
          <span className="text-muted text-xs">
            The YAML and what stands in its cp_files: scripts, locust files, .wcfg.
          </span>
        </div>
        {files.length > 0 ? (
          <ul className="flex flex-wrap gap-2">
            {files.map(({ name }) => (
              <li key={name} className="flex items-center gap-1 rounded border bg-sunk pl-2 text-xs">
                {name}
                <Button
                  size="small"
                  kind="ghost"
                  aria-label={`Leave out ${name}`}
                  onClick={() => {
                    changed()
                    setFiles((known) => known.filter((file) => file.name !== name))
                  }}
                >
                  <X aria-hidden />
                </Button>
              </li>
            ))}
          </ul>
        ) : null}
        {take.error ? <ErrorBox error={take.error} doing="Could not take the files" /> : null}
        {result ? null : (
          <Button
            kind="solid"
            className="justify-self-start"
            disabled={text.trim() === '' || read.isPending}
            onClick={() => read.mutate({ lab, text, files })}
          >
            <FileSearch aria-hidden /> {read.isPending ? 'Reading…' : 'Show what becomes of it'}
          </Button>
        )}
        {read.error ? <ErrorBox error={read.error} doing="Could not read it" /> : null}
        {result ? (
          <>
            <ImportReport result={result} />
            <ScenarioTimeline steps={result.content.steps} times={result.times} lengthMs={result.lengthMs} />
            <Field label="Title" htmlFor={titleId}>
              <Input id={titleId} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
            </Field>
            {save.error ? <ErrorBox error={save.error} doing="Could not keep it" /> : null}
            <Button
              kind="solid"
              className="justify-self-start"
              disabled={title.trim() === '' || save.isPending}
              onClick={() => save.mutate({ lab, text, files, title })}
            >
              <Save aria-hidden /> {save.isPending ? 'Saving…' : 'Save the scenario'}
            </Button>
          </>
        ) : null}
      </div>
    </Panel>
  )
}
