import type { LinkName } from '../../domain/case'
import type { EventBody } from '../../domain/event'
import type { Analysis } from '../../measure/analysis'
import { linkRead } from './reads'

export type Finding = { ok: boolean | null; text: string }
type Found = NonNullable<Extract<EventBody, { kind: 'link-read' }>['found']>

const facts = ({ mac, up, mtu, addresses }: Found, vips: readonly string[]): [string, string][] => [
  ['MAC', mac],
  ['link', up ? 'up' : 'down'],
  ['MTU', String(mtu ?? 'unknown')],
  // a VIP goes where the primary is
  ['addresses', addresses.filter((address) => !vips.includes(address)).join(' ') || 'none'],
]

/** A link has its name, MAC, state, MTU and addresses as before: one finding. */
export function linkAsBefore(analysis: Analysis, link: LinkName): Finding {
  const vips = analysis.evidence.lab.cluster.reths.map(({ vip }) => vip)
  const before = linkRead(analysis, link, 'before')
  const after = linkRead(analysis, link, 'restored')
  const name = `${link.instance} ${link.linux}`
  if (!before?.found || !after) return { ok: null, text: `${name}: was not looked at before and after` }
  if (!after.found) return { ok: false, text: `${name} is not there` }
  const now = facts(after.found, vips)
  const differences = facts(before.found, vips).flatMap(([what, value], i) =>
    value === now[i]?.[1] ? [] : [`${what} ${value} -> ${now[i]?.[1]}`],
  )
  if (differences.length > 0) return { ok: false, text: `${name}: ${differences.join(', ')}` }
  return { ok: true, text: `${name}: ${now.map(([what, value]) => `${what} ${value}`).join(', ')}, as before` }
}
