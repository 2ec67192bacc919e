'use client'
import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { setTheme, THEMES, type Theme } from '@/app/lib/theme'

const ICON = { system: Monitor, light: Sun, dark: Moon }

/** Goes round: system, light, dark. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setShown] = useState(initial)
  const Icon = ICON[theme]
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  const label = `Colours: ${theme}. Change to ${next}`
  const change = () => {
    setTheme(next)
    setShown(next)
  }
  return (
    <Button kind="ghost" size="icon" onClick={change} aria-label={label} title={label}>
      <Icon aria-hidden />
    </Button>
  )
}
