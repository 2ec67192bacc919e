import { Link } from '@/app/components/ui/link'
import { labKey } from '@/app/lib/lab-key'
import type { LabEntry } from '@/server/domain/views'

type Broken = Extract<LabEntry, { ok: false }>

/** A lab file that cannot be used: where, and what was expected. */
export function BrokenLab({ entry }: { entry: Broken }) {
  return (
    <div className="grid gap-3">
      <h1 className="break-all font-semibold text-xl leading-7">{entry.file}</h1>
      <section role="alert" className="rounded border border-fail bg-fail-soft px-3 py-2">
        <p className="font-semibold text-fail">
          <span aria-hidden>✕ </span>This lab file cannot be used
        </p>
        <table className="my-2 w-full text-left">
          <thead>
            <tr className="text-muted text-xs">
              <th scope="col" className="w-14 pr-3 font-medium">
                Line
              </th>
              <th scope="col" className="w-16 pr-3 font-medium">
                Column
              </th>
              <th scope="col" className="font-medium">
                What is wrong
              </th>
            </tr>
          </thead>
          <tbody>
            {entry.errors.map((error) => (
              <tr key={`${error.line}:${error.column} ${error.message}`} className="align-top">
                <td className="pr-3">{error.line ?? '–'}</td>
                <td className="pr-3">{error.column ?? '–'}</td>
                <td className="break-words">{error.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p>Mend the file and start the dashboard again; labs/example.yaml shows every field. The other labs work on.</p>
      </section>
    </div>
  )
}

/** On the page of a lab that works: others do not. */
export function BrokenFiles({ entries }: { entries: Broken[] }) {
  if (entries.length === 0) return null
  return (
    <ul className="rounded border border-unsure bg-unsure-soft px-3 py-2">
      {entries.map((entry) => {
        const [first] = entry.errors
        return (
          <li key={entry.file} className="break-words">
            <span aria-hidden>? </span>
            <Link className="link font-semibold" href={`/labs/${encodeURIComponent(labKey(entry))}`}>
              {labKey(entry)}
            </Link>{' '}
            cannot be used: {first?.line ? `line ${first.line}, column ${first.column ?? 1}: ` : ''}
            {first?.message}
            {entry.errors.length > 1 ? ` (and ${entry.errors.length - 1} more)` : ''}
          </li>
        )
      })}
    </ul>
  )
}
