'use client'
import { useMutation } from '@tanstack/react-query'
import { FileSearch } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { CopyButton } from '@/app/components/ui/copy-button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, Input, TextArea } from '@/app/components/ui/field'
import { FileButton } from '@/app/components/ui/file-button'
import { Panel } from '@/app/components/ui/panel'
import { useTRPC } from '@/app/lib/trpc'
import { useTextFiles } from '@/app/lib/use-text-files'
import { ImportedHosts } from './imported-hosts'

const EXAMPLE = `Host pve
  HostName 100.64.0.7
  User root
  IdentityFile ~/.ssh/lab
  ProxyJump gate`

/** A pasted ssh_config as the hosts of a lab file. */
export function ImportHostsPage() {
  const trpc = useTRPC()
  const [text, setText] = useState('')
  const [user, setUser] = useState('root')
  const [textId, userId] = [useId(), useId()]
  const read = useMutation(trpc.sshConfig.import.mutationOptions())
  const take = useTextFiles({
    onSuccess: ([taken]) => {
      if (taken) setText(taken.text)
      read.reset()
    },
  })
  return (
    <div className="grid gap-3">
      <header className="min-w-0">
        <h1 className="font-semibold text-xl leading-7">Hosts from an ssh_config</h1>
        <p className="max-w-prose text-muted">
          Takes Host, HostName, User, Port, IdentityFile and ProxyJump of an OpenSSH client configuration, and gives the
          “hosts” of a lab file to copy. Only the text is read: no file of it is opened, no host is asked.
        </p>
      </header>
      <Panel title="Configuration">
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            read.mutate({ text, user })
          }}
        >
          <Field
            label="ssh_config"
            htmlFor={textId}
            hint="~/.ssh/config of whoever reaches the lab; no keys, no passwords."
          >
            <TextArea
              id={textId}
              className="h-56"
              placeholder={EXAMPLE}
              value={text}
              onChange={(event) => {
                setText(event.target.value)
                read.reset()
              }}
            />
          </Field>
          <div className="grid items-end gap-3 sm:grid-cols-[14rem_auto_1fr]">
            <Field label="User where none is named" htmlFor={userId}>
              <Input id={userId} value={user} maxLength={64} onChange={(event) => setUser(event.target.value)} />
            </Field>
            <div>
              <FileButton label="Choose a file…" onFiles={(files) => take.mutate(files)} />
            </div>
            <Button
              kind="solid"
              type="submit"
              className="justify-self-start sm:justify-self-end"
              disabled={text.trim() === '' || user.trim() === '' || read.isPending}
            >
              <FileSearch aria-hidden /> {read.isPending ? 'Reading…' : 'Show the hosts'}
            </Button>
          </div>
          {take.error ? <ErrorBox error={take.error} doing="Could not take the file" /> : null}
          {read.error ? <ErrorBox error={read.error} doing="Could not read it" /> : null}
        </form>
      </Panel>
      {read.data ? <ImportedHosts result={read.data} copy={<CopyButton text={read.data.yaml} label="Copy" />} /> : null}
    </div>
  )
}
