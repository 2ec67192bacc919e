'use client'
import { useQuery } from '@tanstack/react-query'
import { useParams, useRouter } from 'next/navigation'
import { Select } from '@/app/components/ui/field'
import { labKey } from '@/app/lib/lab-key'
import { useTRPC } from '@/app/lib/trpc'

/** Every lab of the installation; one whose file is broken can be opened, too: there it says what is wrong. */
export function LabChooser() {
  const trpc = useTRPC()
  const router = useRouter()
  const { lab } = useParams<{ lab?: string }>()
  const labs = useQuery(trpc.labs.list.queryOptions()).data ?? []
  const current = lab ? decodeURIComponent(lab) : ''
  return (
    <Select
      aria-label="Lab"
      className="w-32 sm:w-56"
      value={labs.some((entry) => labKey(entry) === current) ? current : ''}
      onChange={(event) => router.push(`/labs/${encodeURIComponent(event.target.value)}`)}
    >
      {current === '' || !labs.some((entry) => labKey(entry) === current) ? (
        <option value="" disabled>
          Choose a lab
        </option>
      ) : null}
      {labs.map((entry) =>
        entry.ok ? (
          <option key={entry.id} value={entry.id}>
            {entry.title}
          </option>
        ) : (
          <option key={entry.file} value={labKey(entry)} label={`✕ ${labKey(entry)}`} />
        ),
      )}
    </Select>
  )
}
