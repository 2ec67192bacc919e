'use client'
import { useQuery } from '@tanstack/react-query'
import { Empty } from '@/app/components/ui/empty'
import { ErrorBox } from '@/app/components/ui/error-box'
import { labKey } from '@/app/lib/lab-key'
import { useTRPC } from '@/app/lib/trpc'
import { BrokenFiles, BrokenLab } from './broken-lab'
import { LabSkeleton } from './lab-skeleton'
import { LoadedLab } from './loaded-lab'

export function LabPage({ lab }: { lab: string }) {
  const trpc = useTRPC()
  const labs = useQuery(trpc.labs.list.queryOptions())
  if (labs.error && !labs.data)
    return <ErrorBox error={labs.error} doing="Could not read the labs" onRetry={() => labs.refetch()} />
  if (!labs.data) return <LabSkeleton />
  const entry = labs.data.find((e) => labKey(e) === lab)
  if (!entry)
    return (
      <Empty page title={`There is no lab "${lab}"`}>
        <p>Choose one of the list at the top, or add its file to LABS and start the dashboard again.</p>
      </Empty>
    )
  if (!entry.ok) return <BrokenLab entry={entry} />
  return (
    <div className="grid gap-3">
      <BrokenFiles entries={labs.data.filter((e) => !e.ok)} />
      <LoadedLab key={entry.id} entry={entry} />
    </div>
  )
}
