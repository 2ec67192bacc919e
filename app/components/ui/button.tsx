import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cx } from '@/app/lib/cx'

const look = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded border font-medium ' +
    'disabled:opacity-60 aria-disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      kind: {
        solid: 'border-transparent bg-ink text-page enabled:hover:bg-strong',
        plain: 'border-edge bg-panel text-ink enabled:hover:bg-sunk',
        ghost: 'border-transparent bg-transparent text-ink enabled:hover:bg-sunk',
      },
      size: {
        normal: 'h-8 px-3 text-sm',
        small: 'h-6 px-2 text-xs',
        icon: 'size-8',
      },
    },
    defaultVariants: { kind: 'plain', size: 'normal' },
  },
)

type Props = ComponentProps<'button'> & VariantProps<typeof look> & { asChild?: boolean }

export function Button({ className, kind, size, asChild = false, type = 'button', ...rest }: Props) {
  const classes = cx(look({ kind, size }), className)
  if (asChild) return <Slot.Root className={classes} {...rest} />
  return <button type={type} className={classes} {...rest} />
}
