'use client'
import { ChevronDown, type LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { Button } from './button'

const item = 'flex h-8 cursor-pointer items-center gap-2 rounded px-2 outline-none data-[highlighted]:bg-sunk'

export const Menu = ({ trigger, icon: Icon, children }: { trigger: string; icon: LucideIcon; children: ReactNode }) => (
  <DropdownMenu.Root modal={false}>
    <DropdownMenu.Trigger asChild>
      <Button>
        <Icon aria-hidden /> {trigger} <ChevronDown aria-hidden className="-mr-1" />
      </Button>
    </DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        align="end"
        sideOffset={4}
        className="z-40 max-h-[70vh] min-w-48 overflow-y-auto rounded border border-edge bg-panel p-1 shadow-lg"
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu.Root>
)

export const MenuLink = (props: ComponentProps<'a'>) => (
  <DropdownMenu.Item asChild className={item}>
    <a download {...props} />
  </DropdownMenu.Item>
)
