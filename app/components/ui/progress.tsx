import { Progress } from 'radix-ui'

/** `value` from 0 to 1. */
export const ProgressBar = ({ value, label }: { value: number; label: string }) => (
  <Progress.Root
    value={Math.round(value * 100)}
    aria-label={label}
    className="h-1.5 overflow-hidden rounded-sm bg-sunk"
  >
    <Progress.Indicator className="h-full bg-running" style={{ width: `${value * 100}%` }} />
  </Progress.Root>
)
