'use client'
import { Switch as Radix } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cx } from '@/app/lib/cx'

/** On or off, at once; the place of the thumb tells as much as the colour. */
export const Switch = ({ className, ...rest }: ComponentProps<typeof Radix.Root>) => (
  <Radix.Root
    className={cx(
      'inline-flex h-6 w-11 shrink-0 items-center rounded-full border border-edge bg-sunk px-0.5 disabled:opacity-60',
      'data-[state=checked]:border-unsure data-[state=checked]:bg-unsure-soft',
      className,
    )}
    {...rest}
  >
    <Radix.Thumb className="size-4 rounded-full bg-edge data-[state=checked]:translate-x-5.5 data-[state=checked]:bg-unsure" />
  </Radix.Root>
)
