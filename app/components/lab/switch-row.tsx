'use client'
import { useId } from 'react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Switch } from '@/app/components/ui/switch'
import { cx } from '@/app/lib/cx'
import type { SwitchState, SwitchView } from '@/server/domain/views'

const STATE: Record<SwitchState, string> = { on: 'on', off: 'off', partly: 'partly on', unknown: 'unknown' }

type Props = {
  entry: SwitchView
  canTurnOn: boolean
  canTurnOff: boolean
  /** What it is being turned to; null: it is not. */
  turning: boolean | null
  /** This one or another: one at a time. */
  isSetting: boolean
  error: unknown
  onTurn: (on: boolean) => void
}

export function SwitchRow({ entry, canTurnOn, canTurnOff, turning, isSetting, error, onTurn }: Props) {
  const id = useId()
  const { title, expect, places, state } = entry
  const isClear = state === 'on' || state === 'off'
  const text = turning === null ? STATE[state] : turning ? 'turning on…' : 'turning off…'
  return (
    <li className="border-b px-3 py-2 last:border-b-0 lg:odd:border-r" data-switch={entry.id} data-state={state}>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h3 id={id} className="font-medium">
            {title}
          </h3>
          {expect ? (
            <p id={`${id}-expect`} className="text-xs">
              {expect}
            </p>
          ) : null}
          <p className="break-words text-muted text-xs">
            {entry.id} · on {places.join(' and ')}
          </p>
        </div>
        <div className="grid w-20 shrink-0 justify-items-end gap-1">
          {isClear ? (
            <Switch
              checked={turning ?? state === 'on'}
              disabled={isSetting || (state === 'on' ? !canTurnOff : !canTurnOn)}
              onCheckedChange={onTurn}
              aria-labelledby={id}
              aria-describedby={expect ? `${id}-expect` : undefined}
            />
          ) : (
            <>
              <Button
                size="small"
                disabled={isSetting || !canTurnOn}
                onClick={() => onTurn(true)}
                aria-label={`Turn on: ${title}`}
              >
                Turn on
              </Button>
              <Button
                size="small"
                disabled={isSetting || !canTurnOff}
                onClick={() => onTurn(false)}
                aria-label={`Turn off: ${title}`}
              >
                Turn off
              </Button>
            </>
          )}
          <span
            role="status"
            className={cx('text-right text-xs', state === 'off' ? 'text-muted' : 'font-semibold text-unsure')}
          >
            {text}
          </span>
        </div>
      </div>
      {error ? <ErrorBox error={error} doing="It was not set" className="mt-2" /> : null}
    </li>
  )
}
