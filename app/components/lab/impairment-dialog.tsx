'use client'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { Dialog } from '@/app/components/ui/dialog'
import { type ImpairmentValues, impairmentOf, valuesOf } from '@/app/lib/lab/impairment-form'
import { roundTripText } from '@/app/lib/lab/wan-view'
import { GOOD, type Impairment, impairmentText } from '@/server/domain/impairment'
import type { WanLink } from '@/server/domain/wan'
import { ImpairmentFields } from './impairment-fields'
import { OperationForm } from './operation-form'
import { type ReadFile, WcfgFile } from './wcfg-file'

type Props = {
  lab: string
  link: WanLink
  /** What is in force; null: not known, or more than a form can show. */
  now: Impairment | null
  /** Id of the PVE host. */
  host: string
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** What a WANulator is to do to its link from now on. */
export function ImpairmentDialog({ link, open, onOpenChange, host, ...rest }: Props) {
  const { isp, wanulator } = link
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Degrade ${isp.title}`}
      description={`${wanulator.title}, VM ${wanulator.vm} on ${host}. It stays so until the link is made good.`}
    >
      {open ? <ImpairmentForm link={link} onClose={() => onOpenChange(false)} {...rest} /> : null}
    </Dialog>
  )
}

type FormProps = Pick<Props, 'lab' | 'link' | 'now'> & { onClose: () => void }

function ImpairmentForm({ lab, link, now, onClose }: FormProps) {
  const form = useForm<ImpairmentValues>({
    defaultValues: valuesOf(now ?? { toIsp: GOOD, toRouter: GOOD }),
    mode: 'onChange',
  })
  const [file, setFile] = useState<ReadFile | null>(null)
  const impairment = impairmentOf(form.watch())
  const wcfg = file && file.rest.length > 0 ? { wcfg: file.text } : {}
  const planParams = impairment && { link: link.id, impairment }
  return (
    <OperationForm
      lab={lab}
      operation="link-impair"
      params={impairment && { link: link.id, impairment: { ...impairment, ...wcfg } }}
      planParams={planParams}
      action={`Set ${link.isp.title}`}
      onClose={onClose}
    >
      <ImpairmentFields form={form} />
      <Effect impairment={impairment} rest={file?.rest ?? []} />
      <WcfgFile
        {...{ lab, impairment, file }}
        link={link.id}
        onRead={(read) => {
          setFile(read)
          if (read) form.reset(valuesOf(read.impairment))
        }}
      />
    </OperationForm>
  )
}

/** In words, and what a ping sees of both directions together. */
function Effect({ impairment, rest }: { impairment: Impairment | null; rest: string[] }) {
  return (
    <p role="status" className="rounded bg-sunk px-3 py-2" data-testid="effect">
      {impairment ? (
        <>
          {[impairmentText(impairment), ...rest].join('; ')}.{' '}
          <span className="font-semibold">Round trip: {roundTripText(impairment)}</span>
        </>
      ) : (
        'A field above cannot be taken as it is.'
      )}
    </p>
  )
}
