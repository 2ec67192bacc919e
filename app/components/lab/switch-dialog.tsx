'use client'
import { Button } from '@/app/components/ui/button'
import { Dialog } from '@/app/components/ui/dialog'
import type { AnyPublicLab, SwitchView } from '@/server/domain/views'

type Props = {
  lab: AnyPublicLab
  /** null: nothing is asked. */
  entry: SwitchView | null
  onClose: () => void
  onTurnOn: (entry: SwitchView) => void
}

/** Host and command of what is about to make a real lab misbehave. */
export function SwitchDialog({ lab, entry, onClose, onTurnOn }: Props) {
  return (
    <Dialog
      open={entry !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Make ${lab.title} misbehave`}
      description={entry ? `${entry.title}. ${entry.expect ?? ''}` : ''}
    >
      {entry ? (
        <div className="grid gap-4">
          <section className="grid gap-2 rounded border border-unsure bg-unsure-soft px-3 py-2">
            <h3 className="font-semibold">
              <span aria-hidden>? </span>This changes the lab until it is turned off
            </h3>
            <Commands title="Turning it on runs" commands={entry.on} />
            <Commands title="Turning it off runs" commands={entry.off} />
          </section>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={onClose}>Not now</Button>
            <Button
              kind="solid"
              onClick={() => {
                onTurnOn(entry)
                onClose()
              }}
            >
              Turn on {entry.id}
            </Button>
          </div>
        </div>
      ) : null}
    </Dialog>
  )
}

const Commands = ({ title, commands }: { title: string; commands: SwitchView['on'] }) => (
  <ul className="grid gap-1">
    {commands.map(({ place, host, text }) => (
      <li key={`${host} ${text}`}>
        <span className="text-muted">
          {title}, on {place}
          {place === host ? '' : ` via ${host}`}
        </span>
        <code className="block break-all font-mono text-xs">{text}</code>
      </li>
    ))}
  </ul>
)
