'use client'
import { useState } from 'react'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import type { AnyPublicLab, SwitchView } from '@/server/domain/views'
import { SwitchDialog } from './switch-dialog'
import { SwitchRow } from './switch-row'
import type { Switches } from './use-switches'

/** What makes this lab misbehave: how a failure looks, and whether the test would see it. */
export function Failures({ lab, switches }: { lab: AnyPublicLab; switches: Switches }) {
  const { declared, isBusy, list, set } = switches
  const [asked, setAsked] = useState<SwitchView | null>(null)
  if (!declared) return null
  const turn = (entry: SwitchView, on: boolean) => {
    if (on && !lab.simulated) setAsked(entry)
    else set.mutate({ lab: lab.id, id: entry.id, on })
  }
  const hindrance = isBusy
    ? 'A run goes on or waits here: switches can be set when it has ended.'
    : lab.allowDestructive
      ? null
      : 'Nothing can be turned on: set "allowDestructive: true" in the lab file to allow it.'
  return (
    <Panel title="What a failure looks like" bodyClassName="p-0" data-testid="failures">
      <div className="grid max-w-prose gap-1 px-3 py-3">
        <p>
          Each of these makes <span className="font-medium">{lab.title}</span> misbehave on purpose. Turn one on, run a
          case, and see what the test says of it.
        </p>
        <p className="text-muted">
          {lab.simulated
            ? 'This lab is simulated: nothing outside of it is touched.'
            : 'This acts on the real lab. You are asked before anything is run.'}
        </p>
        {hindrance ? <p>{hindrance}</p> : null}
      </div>
      {list.error ? <ErrorBox error={list.error} doing="Could not read the switches" className="m-3" /> : null}
      {list.data || list.error ? null : <Skeleton className="m-3 h-96" label="Asking which switches are on" />}
      <ul className="grid border-t lg:grid-cols-2">
        {list.data?.map((entry) => (
          <SwitchRow
            key={entry.id}
            entry={entry}
            canTurnOn={hindrance === null}
            canTurnOff={!isBusy}
            turning={set.isPending && set.variables.id === entry.id ? set.variables.on : null}
            isSetting={set.isPending}
            error={set.variables?.id === entry.id ? set.error : null}
            onTurn={(on) => turn(entry, on)}
          />
        ))}
      </ul>
      <SwitchDialog
        lab={lab}
        entry={asked}
        onClose={() => setAsked(null)}
        onTurnOn={({ id }) => set.mutate({ lab: lab.id, id, on: true })}
      />
    </Panel>
  )
}
