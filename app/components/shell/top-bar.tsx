'use client'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { Link } from '@/app/components/ui/link'
import { cx } from '@/app/lib/cx'
import type { Theme } from '@/app/lib/theme'
import { LabChooser } from './lab-chooser'
import { ThemeToggle } from './theme-toggle'

export function TopBar({ theme }: { theme: Theme }) {
  const path = usePathname()
  return (
    <header className="sticky top-0 z-30 border-b bg-panel">
      <div className="mx-auto flex min-h-12 max-w-[1760px] items-center gap-x-4 px-3 sm:px-6">
        <Link href="/" className="hidden py-3 font-semibold sm:block">
          Failover Lab
        </Link>
        <nav aria-label="Main" className="flex items-center">
          <Tab href="/" active={path === '/' || path.startsWith('/labs/')}>
            Lab
          </Tab>
          <Tab href="/cases" active={path.startsWith('/cases')}>
            Cases
          </Tab>
          <Tab href="/history" active={path.startsWith('/history') || path.startsWith('/compare')}>
            History
          </Tab>
          <Tab href="/api/v1" active={false} plain>
            API
          </Tab>
        </nav>
        <div className="ml-auto flex items-center gap-1 py-2">
          <LabChooser />
          <ThemeToggle initial={theme} />
        </div>
      </div>
    </header>
  )
}

type TabProps = { href: string; active: boolean /** Not a page of the app. */; plain?: boolean; children: ReactNode }

function Tab({ href, active, plain = false, children }: TabProps) {
  const className = cx(
    'flex h-12 items-center border-b-2 px-1.5 sm:px-3',
    active ? 'border-ink font-semibold' : 'border-transparent text-muted hover:text-ink',
  )
  if (plain)
    return (
      <a href={href} className={className}>
        {children}
      </a>
    )
  return (
    <Link href={href} className={className} aria-current={active ? 'page' : undefined}>
      {children}
    </Link>
  )
}
