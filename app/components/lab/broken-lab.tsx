import type { LabEntry } from '@/server/domain/views'

/** A lab file that cannot be used: where, and what was expected. */
export function BrokenLab({ entry }: { entry: Extract<LabEntry, { ok: false }> }) {
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
