'use client'
import { ChevronDown, type LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Button } from './button'

type Props = ComponentProps<typeof Button> & { trigger: string; icon: LucideIcon }

/** The button of a menu; it stands alone while the menu itself is still being read. */
export const MenuButton = ({ trigger, icon: Icon, ...props }: Props) => (
  <Button {...props}>
    <Icon aria-hidden /> {trigger} <ChevronDown aria-hidden className="-mr-1" />
  </Button>
)
