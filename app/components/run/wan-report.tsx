'use client'
import { Download } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { Panel } from '@/app/components/ui/panel'
import { cx } from '@/app/lib/cx'
import { bytes, count, duration } from '@/app/lib/format'
import { sinceOrigin } from '@/app/lib/run/outage-list'
import { captureRows, linkNames, oscillationText, usedText } from '@/app/lib/run/wan-report'
import type { RunDetail } from '@/server/domain/detail'
import type { AnyPublicLab } from '@/server/domain/views'
import type { CaptureView, WanReport } from '@/server/domain/wan-run'

type Props = { detail: RunDetail; lab: AnyPublicLab | null; originMs: number }

/** What the captures of a run on a WAN's links show: which path was used when, and the captures themselves. */
export const WanPanels = memo(function WanPanels({ detail, lab, originMs }: Props) {
  const { report, captures, context, summary } = detail
  if (captures.length === 0) return null
  const wan = report?.wan
  const by = context?.clocks[wan?.clock ?? '']?.offsetMs ?? 0
  return (
    <>
      {wan ? <PathTable wan={wan} lab={lab} since={(ms) => sinceOrigin(ms - by, originMs)} /> : null}
      <Captures id={summary.id} captures={captures} lab={lab} />
    </>
  )
})

/** `wide`: left out on a phone, or shown there in another column. */
type CellProps = { right?: boolean; wide?: boolean; children: ReactNode }
const cell = ({ right, wide }: CellProps) =>
  cx('whitespace-nowrap px-3 py-1.5', right && 'text-right', wide && 'hidden sm:table-cell')

const Head = (props: CellProps) => (
  <th scope="col" className={cx('font-medium text-muted', cell(props))}>
    {props.children}
  </th>
)
const Cell = (props: CellProps) => <td className={cell(props)}>{props.children}</td>

const Table = ({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
  <section className="relative overflow-x-auto text-xs" tabIndex={0} aria-label={label}>
    <table className="w-full border-collapse text-left">
      <thead>
        <tr className="border-b">{head}</tr>
      </thead>
      <tbody className="divide-y">{children}</tbody>
    </table>
  </section>
)

function PathTable({ wan, lab, since }: { wan: WanReport; lab: AnyPublicLab | null; since: (ms: number) => string }) {
  const names = linkNames(lab)
  const flapping = oscillationText(wan)
  return (
    <Panel
      title="Path in use"
      bodyClassName="p-0"
      aside={flapping ? <span className="text-muted text-xs">{flapping}</span> : null}
    >
      <Table
        label="Path in use between the changes"
        head={
          <>
            <Head>after</Head>
            <Head right>from T0, h:m:s</Head>
            <Head right>length</Head>
            <Head wide>path, longest first</Head>
          </>
        }
      >
        {wan.stretches.map(({ title, fromMs, toMs, used }) => (
          <tr key={fromMs}>
            <td className="px-3 py-1.5 sm:min-w-48">
              {title}
              <span className="block font-medium sm:hidden">{usedText(used, names)}</span>
            </td>
            <Cell right>{since(fromMs)}</Cell>
            <Cell right>{duration(toMs - fromMs)}</Cell>
            <Cell wide>{usedText(used, names)}</Cell>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}

/** A count; null: there is none to tell. */
const Count = ({ n, isBad = false }: { n: number | null; isBad?: boolean }) => (
  <span className={n === null ? 'text-muted' : isBad ? 'font-semibold text-fail' : undefined}>
    {n === null ? '–' : count(n)}
  </span>
)

function Captures({ id, captures, lab }: { id: string; captures: CaptureView[]; lab: AnyPublicLab | null }) {
  return (
    <Panel
      title="Captures"
      bodyClassName="p-0"
      aside={<span className="text-muted text-xs">headers only, on the PVE host</span>}
    >
      <Table
        label="Captures by NIC and direction"
        head={
          <>
            <Head>NIC</Head>
            <Head wide>link</Head>
            <Head right>packets</Head>
            <Head right wide>
              bytes
            </Head>
            <Head right wide>
              pauses
            </Head>
            <Head right>dropped</Head>
            <Head>pcap</Head>
          </>
        }
      >
        {captureRows(captures, lab).map(({ key, name, link, capture }) => (
          <tr key={key}>
            <Cell>
              {name}
              <span className="block text-muted sm:hidden">{link}</span>
            </Cell>
            <Cell wide>{link}</Cell>
            <Cell right>{count(capture.packets)}</Cell>
            <Cell right wide>
              {bytes(capture.bytes)}
            </Cell>
            <Cell right wide>
              <Count n={capture.segments > 0 ? capture.segments - 1 : null} />
            </Cell>
            <Cell right>
              <Count n={capture.dropped} isBad={(capture.dropped ?? 0) > 0} />
            </Cell>
            <Cell>
              <Pcap id={id} capture={capture} />
            </Cell>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}

function Pcap({ id, capture: { file, error } }: { id: string; capture: CaptureView }) {
  return (
    <>
      {file ? (
        <a
          className="link inline-flex items-center gap-1"
          href={`/api/v1/runs/${encodeURIComponent(id)}/captures/${encodeURIComponent(file.name)}`}
          download
        >
          <Download aria-hidden className="size-3.5" /> <span className="sr-only sm:not-sr-only">{file.name}</span>
        </a>
      ) : (
        <span className="text-muted">none was kept</span>
      )}
      {file ? <span className="text-muted"> {bytes(file.bytes)}</span> : null}
      {file?.isCut ? <span className="text-unsure">, ends at the size cap</span> : null}
      {error === null ? null : <span className="block text-fail">✕ {error}</span>}
    </>
  )
}
