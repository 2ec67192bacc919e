import { duration } from '@/app/lib/format'
import type { AnyPublicLab } from '@/server/domain/views'
import { wanLinks } from '@/server/domain/wan'
import { type CaptureView, LINK_DIRECTIONS, type PathStretch, SHARED, type WanReport } from '@/server/domain/wan-run'

/** Link id -> what it is called. */
export const linkNames = (lab: AnyPublicLab | null): Map<string, string> =>
  new Map(lab?.wan ? wanLinks(lab.wan).map(({ id, isp }) => [id, isp.title]) : [])

/** "Starlink-1 9.000 s, no traffic 1.000 s": the longest first. */
export function usedText(used: PathStretch['used'], names: ReadonlyMap<string, string>): string {
  const nameOf = (path: string | null) =>
    path === null ? 'no traffic' : path === SHARED ? 'several at once' : (names.get(path) ?? path)
  return used.map(({ path, ms }) => `${nameOf(path)} ${duration(ms)}`).join(', ')
}

/** "2 changes of the path while degraded, 0.50–1.20/min beside the one that leaves it"; null where none can be told. */
export function oscillationText({ oscillation, binMs }: WanReport): string | null {
  if (!oscillation) return null
  const { changes, perMinute, periodMs } = oscillation
  const counted = `${changes} ${changes === 1 ? 'change' : 'changes'} of the path while degraded`
  const rates = perMinute && [...new Set([perMinute.least.toFixed(2), perMinute.most.toFixed(2)])].join('–')
  const rate = rates === null ? '' : `, ${rates}/min beside the one that leaves the link`
  const period = periodMs === null ? '' : `, back after ${duration(periodMs)}`
  return `${counted}${rate}${period}; by ${duration(binMs)}`
}

const OTHER = { in: 'out', out: 'in' } as const

export type CaptureRow = { key: string; name: string; link: string; capture: CaptureView }

/** Captures with the link that they are on, and where its packets went. */
export function captureRows(captures: readonly CaptureView[], lab: AnyPublicLab | null): CaptureRow[] {
  const links = lab?.wan ? wanLinks(lab.wan) : []
  return captures.map((capture): CaptureRow => {
    const { nic, direction } = capture
    const link = links.find(({ toRouter, toIsp }) => toRouter.nic.name === nic || toIsp.nic.name === nic)
    const isIspSide = link?.toIsp.nic.name === nic
    // What goes out on the ISP's side has come in on the router's.
    const onRouterSide = isIspSide ? OTHER[direction] : direction
    const way = LINK_DIRECTIONS.find((one) => one.direction === onRouterSide)?.title ?? ''
    const name = `${nic} ${direction}`
    return {
      key: name,
      name,
      link: link ? `${link.isp.title}, ${way}${isIspSide ? ", ISP's side" : ''}` : '–',
      capture,
    }
  })
}
