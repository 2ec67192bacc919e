'use client'
import { skipToken, useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryStates } from 'nuqs'
import { useId } from 'react'
import { Empty } from '@/app/components/ui/empty'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, Select } from '@/app/components/ui/field'
import { Skeleton } from '@/app/components/ui/skeleton'
import { useTRPC } from '@/app/lib/trpc'
import type { LabEntry } from '@/server/domain/views'
import { CaseDetail } from './case-detail'
import { CaseList } from './case-list'

const urlState = { lab: parseAsString, case: parseAsString }

/** What each test case does on a lab: why, how it is judged, and every command of it. */
export function CasesPage() {
  const trpc = useTRPC()
  const [url, setUrl] = useQueryStates(urlState, { history: 'push' })
  const labs = useQuery(trpc.labs.list.queryOptions())
  const usable = labs.data?.filter((entry) => entry.ok) ?? []
  const lab = url.lab === null ? usable[0] : usable.find(({ id }) => id === url.lab)
  const asked = lab ? { lab: lab.id } : skipToken
  const cases = useQuery(trpc.cases.list.queryOptions(asked))
  const state = useQuery(trpc.labs.state.queryOptions(asked))
  const view = url.case === null ? cases.data?.[0] : cases.data?.find(({ id }) => id === url.case)
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl leading-7">Cases</h1>
        <LabField labs={usable} value={lab?.id ?? ''} onChange={(id) => void setUrl({ lab: id })} />
      </header>
      {labs.error ? (
        <ErrorBox error={labs.error} doing="Could not read the labs" onRetry={() => labs.refetch()} />
      ) : null}
      {labs.data && !lab ? <NoLab asked={url.lab} /> : null}
      {cases.error ? (
        <ErrorBox error={cases.error} doing="Could not read the test cases" onRetry={() => cases.refetch()} />
      ) : null}
      {labs.isPending || (lab && cases.isPending) ? (
        <Skeleton className="h-[36rem]" label="Loading the test cases" />
      ) : null}
      {lab && cases.data ? (
        <div className="grid items-start gap-3 lg:grid-cols-[20rem_minmax(0,1fr)]">
          <CaseList lab={lab.id} cases={cases.data} current={view?.id} state={state.data} />
          {view ? (
            <CaseDetail key={`${lab.id} ${view.id}`} lab={lab.id} view={view} state={state.data} />
          ) : (
            <Empty title={`There is no test case "${url.case}"`}>
              <p>Choose one of the list.</p>
            </Empty>
          )}
        </div>
      ) : null}
    </div>
  )
}

type LabFieldProps = { labs: Extract<LabEntry, { ok: true }>[]; value: string; onChange: (id: string) => void }

function LabField({ labs, value, onChange }: LabFieldProps) {
  const id = useId()
  return (
    <div className="w-full sm:w-72">
      <Field label="On lab" htmlFor={id}>
        <Select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {value === '' ? (
            <option value="" disabled>
              Choose a lab
            </option>
          ) : null}
          {labs.map((lab) => (
            <option key={lab.id} value={lab.id}>
              {lab.title}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  )
}

const NoLab = ({ asked }: { asked: string | null }) =>
  asked === null ? (
    <Empty title="No lab can be used">
      <p>
        Cases are shown as they are on a lab. The Lab page says which lab files there are and what is wrong with them.
      </p>
    </Empty>
  ) : (
    <Empty title={`There is no lab "${asked}", or its file is broken`}>
      <p>Choose another one above; the Lab page shows the errors of broken files.</p>
    </Empty>
  )
