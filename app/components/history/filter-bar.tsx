'use client'
import { skipToken, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useId } from 'react'
import { Button } from '@/app/components/ui/button'
import { Field, Input, Select } from '@/app/components/ui/field'
import { VERDICT } from '@/app/lib/run/words'
import { useTRPC } from '@/app/lib/trpc'
import { type HistoryState, isFiltered, NO_FILTER } from './filters'

type Props = {
  state: HistoryState
  onChange: (change: Partial<{ [K in keyof HistoryState]: HistoryState[K] | null }>) => void
}

const asDay = (date: Date | null): string => date?.toISOString().slice(0, 10) ?? ''
const fromDay = (day: string): Date | null => (day ? new Date(`${day}T00:00:00Z`) : null)

export function FilterBar({ state, onChange }: Props) {
  const trpc = useTRPC()
  const facets = useQuery(trpc.runs.facets.queryOptions()).data
  const labs = useQuery(trpc.labs.list.queryOptions()).data?.filter((entry) => entry.ok) ?? []
  const lab = labs[0]?.id
  const cases = useQuery(trpc.cases.list.queryOptions(lab ? { lab } : skipToken)).data ?? []
  const verdicts = Object.entries(VERDICT).map(([id, { text }]) => ({ id, title: text.toLowerCase() }))
  const versions = facets?.softwareVersions.map((id) => ({ id, title: id })) ?? []
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-[repeat(6,minmax(0,1fr))_auto]"
    >
      <One
        label="Lab"
        name="lab"
        value={state.lab}
        options={join(labs, facets?.labs)}
        onChange={(lab) => onChange({ lab })}
      />
      <One
        label="Case"
        name="case"
        value={state.case}
        options={join(cases, facets?.cases).map((c) => ({ id: c.id, title: `${c.id} ${c.title}` }))}
        onChange={(value) => onChange({ case: value })}
      />
      <One
        label="Verdict"
        name="verdict"
        value={state.verdict}
        options={verdicts}
        onChange={(verdict) => onChange({ verdict: verdict as HistoryState['verdict'] | null })}
      />
      <One
        label="Version"
        name="version"
        value={state.version}
        options={versions}
        onChange={(version) => onChange({ version })}
      />
      <Day label="From" value={state.from} onChange={(from) => onChange({ from })} />
      <Day label="To" value={state.to} onChange={(to) => onChange({ to })} />
      <Button disabled={!isFiltered(state)} onClick={() => onChange(NO_FILTER)}>
        <X aria-hidden /> Clear filters
      </Button>
    </form>
  )
}

type Option = { id: string; title: string }

/** What there is now, and what only old runs know. */
const join = (now: Option[], old: Option[] = []): Option[] => [
  ...now,
  ...old.filter((option) => !now.some((other) => other.id === option.id)),
]

type OneProps = {
  label: string
  name: string
  value: readonly string[]
  options: Option[]
  onChange: (value: string[] | null) => void
}

/** One of them or all; several from a link stay as they are until something is chosen. */
function One({ label, name, value, options, onChange }: OneProps) {
  const several = value.length > 1
  const unknown = value.length === 1 && !options.some((o) => o.id === value[0])
  return (
    <Field label={label} htmlFor={`filter-${name}`}>
      <Select
        id={`filter-${name}`}
        value={several ? '*several*' : (value[0] ?? '')}
        onChange={(event) => onChange(event.target.value ? [event.target.value] : null)}
      >
        <option value="">All</option>
        {several ? (
          <option value="*several*" disabled>
            {value.join(', ')}
          </option>
        ) : null}
        {unknown ? <option value={value[0]}>{value[0]}</option> : null}
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.title}
          </option>
        ))}
      </Select>
    </Field>
  )
}

type DayProps = { label: string; value: Date | null; onChange: (day: Date | null) => void }

function Day({ label, value, onChange }: DayProps) {
  const id = useId()
  return (
    <Field label={label} htmlFor={id}>
      <Input id={id} type="date" value={asDay(value)} onChange={(event) => onChange(fromDay(event.target.value))} />
    </Field>
  )
}
