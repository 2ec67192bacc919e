'use client'
import { useMutation } from '@tanstack/react-query'
import { Download, FileInput } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, TextArea } from '@/app/components/ui/field'
import { FileButton } from '@/app/components/ui/file-button'
import { saveText } from '@/app/lib/save-text'
import { useTRPC } from '@/app/lib/trpc'
import { useTextFiles } from '@/app/lib/use-text-files'
import type { Impairment } from '@/server/domain/impairment'

/** A file that was read: its text, and in words what the form cannot show of it. */
export type ReadFile = { text: string; rest: string[] }

type Props = {
  lab: string
  link: string
  /** What the form says; null while it cannot be taken. */
  impairment: Impairment | null
  file: ReadFile | null
  /** null: what else stood in the file is not wanted. */
  onRead: (read: (ReadFile & { impairment: Impairment }) | null) => void
}

/** A `.wcfg` into the form and out of it. */
export function WcfgFile({ lab, link, impairment, file, onRead }: Props) {
  const trpc = useTRPC()
  const id = useId()
  const [text, setText] = useState('')
  const read = useMutation(
    trpc.wan.readWcfg.mutationOptions({ onSuccess: (found, given) => onRead({ ...found, text: given.text }) }),
  )
  const write = useMutation(
    trpc.wan.writeWcfg.mutationOptions({ onSuccess: ({ name, text: printed }) => saveText(name, printed) }),
  )
  const take = (given: string) => {
    setText(given)
    read.mutate({ lab, link, text: given })
  }
  const choose = useTextFiles({
    onSuccess: (files) => {
      for (const chosen of files) take(chosen.text)
    },
  })
  const save = () =>
    impairment && write.mutate({ lab, link, impairment, ...(file && file.rest.length > 0 ? { base: file.text } : {}) })
  return (
    <details className="rounded border">
      <summary className="cursor-pointer px-3 py-2 font-medium">.wcfg file</summary>
      <div className="grid gap-3 border-t px-3 py-3">
        <div>
          <FileButton label="Choose a file…" accept=".wcfg,.xml,text/xml" onFiles={(files) => choose.mutate(files)} />
        </div>
        <Field label="or paste its text" htmlFor={id}>
          <TextArea id={id} className="h-24" value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button
            disabled={text.trim() === '' || read.isPending}
            onClick={() => {
              choose.reset()
              take(text)
            }}
          >
            <FileInput aria-hidden /> Read into the form
          </Button>
          <Button disabled={impairment === null || write.isPending} onClick={save}>
            <Download aria-hidden /> Download the form as .wcfg
          </Button>
        </div>
        {choose.error ? <ErrorBox error={choose.error} doing="Could not take the file" /> : null}
        {read.error ? <ErrorBox error={read.error} doing="Could not read the file" /> : null}
        {write.error ? <ErrorBox error={write.error} doing="Could not write the file" /> : null}
        {file ? <Kept file={file} onForget={() => onRead(null)} /> : null}
      </div>
    </details>
  )
}

function Kept({ file: { rest }, onForget }: { file: ReadFile; onForget: () => void }) {
  if (rest.length === 0) return <p role="status">✓ Read: the form shows all of it.</p>
  return (
    <div role="status" className="grid gap-1">
      <p>
        <span className="font-semibold text-unsure">? Kept, but not shown by the form</span>: it is applied and
        downloaded as it stands in the file.
      </p>
      <ul className="list-disc pl-5">
        {rest.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <Button size="small" className="justify-self-start" onClick={onForget}>
        Leave it out
      </Button>
    </div>
  )
}
