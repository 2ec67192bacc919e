import { Skeleton } from '@/app/components/ui/skeleton'

export const LabSkeleton = () => (
  <div className="grid gap-3">
    <Skeleton className="h-14" label="Loading the lab" />
    <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_28rem]">
      <Skeleton className="h-[32rem]" label="Loading the topology" />
      <Skeleton className="h-96" label="Loading the test cases" />
    </div>
  </div>
)
