'use client'
import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { MenuButton } from './menu-button'

const item = 'flex h-8 cursor-pointer items-center gap-2 rounded px-2 outline-none data-[highlighted]:bg-sunk'

export const Menu = ({ trigger, icon, children }: { trigger: string; icon: LucideIcon; children: ReactNode }) => (
  <DropdownMenu.Root modal={false}>
    <DropdownMenu.Trigger asChild>
      <MenuButton trigger={trigger} icon={icon} />
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
