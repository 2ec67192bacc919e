'use client'
import { Check, Copy, type LucideIcon } from 'lucide-react'
import { type ComponentProps, useEffect, useState } from 'react'
import { copyText } from '@/app/lib/clipboard'
import { Button } from './button'

type Props = Omit<ComponentProps<typeof Button>, 'onClick' | 'children'> & {
  text: string | (() => string)
  label: string
  icon?: LucideIcon
  /** Only the icon is shown; the label is read out. */
  iconOnly?: boolean
}

export function CopyButton({ text, label, icon: Icon = Copy, iconOnly = false, ...rest }: Props) {
  const [said, setSaid] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(null), 2000)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async () => setSaid((await copyText(typeof text === 'string' ? text : text())) ? 'copied' : 'failed')
  const shown = said === 'copied' ? 'Copied' : said === 'failed' ? 'Failed' : label
  return (
    <Button onClick={copy} {...(iconOnly ? { 'aria-label': label, title: label } : {})} {...rest}>
      {said === 'copied' ? <Check aria-hidden /> : <Icon aria-hidden />}
      {iconOnly ? null : (
        <span className="grid justify-items-center">
          <span className="invisible col-start-1 row-start-1">{label.length > 6 ? label : 'Copied'}</span>
          <span className="col-start-1 row-start-1">{shown}</span>
        </span>
      )}
      <span role="status" className="sr-only">
        {said ? shown : ''}
      </span>
    </Button>
  )
}
