import { Skeleton } from '@/app/components/ui/skeleton'

export const RunSkeleton = () => (
  <div className="grid gap-3">
    <Skeleton className="h-24" label="Loading the run" />
    <div className="grid gap-3 xl:grid-cols-[17rem_minmax(0,1fr)_18rem]">
      <Skeleton className="h-[36rem] xl:order-2" label="Loading the time axis" />
      <Skeleton className="h-64 xl:order-1" label="Loading the steps" />
      <Skeleton className="h-64 xl:order-3" label="Loading the criteria" />
    </div>
  </div>
)
