'use client'
import { Download } from 'lucide-react'
import { Menu, MenuLink } from '@/app/components/ui/menu'
import { streamName } from '@/app/lib/run/clocks'

/** Everything of a run that can be taken away. */
export function ExportMenu({ id, streams, pcaps }: { id: string; streams: string[]; pcaps: string[] }) {
  const api = `/api/v1/runs/${encodeURIComponent(id)}`
  return (
    <Menu trigger="Export" icon={Download}>
      <MenuLink href={api}>Report (JSON)</MenuLink>
      <MenuLink href={`${api}/events`}>Events (NDJSON)</MenuLink>
      {streams.map((stream) => (
        <MenuLink key={stream} href={`${api}/samples.csv?stream=${encodeURIComponent(stream)}`}>
          {stream.split(':')[0]} {streamName(stream)} (CSV)
        </MenuLink>
      ))}
      {pcaps.map((name) => (
        <MenuLink key={name} href={`${api}/captures/${encodeURIComponent(name)}`}>
          capture {name}
        </MenuLink>
      ))}
    </Menu>
  )
}
