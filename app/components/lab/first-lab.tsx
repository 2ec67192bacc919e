'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { Empty } from '@/app/components/ui/empty'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { labKey } from '@/app/lib/lab-key'
import { useTRPC } from '@/app/lib/trpc'
import { LabSkeleton } from './lab-skeleton'

/** The home page is the first lab. */
export function FirstLab() {
  const trpc = useTRPC()
  const router = useRouter()
  const labs = useQuery(trpc.labs.list.queryOptions())
  const first = labs.data?.[0]
  useEffect(() => {
    if (first) router.replace(`/labs/${encodeURIComponent(labKey(first))}`)
  }, [first, router])
  if (labs.error) return <ErrorBox error={labs.error} doing="Could not read the labs" onRetry={() => labs.refetch()} />
  if (labs.data && !first)
    return (
      <Empty page title="No lab is configured">
        <p>
          Set LABS in .env to your lab files, comma-separated, or to the word embedded or embedded-wan, and start again.
          labs/example.yaml and labs/byu-wan.example.yaml show every field.
        </p>
        <Link className="link" href="/hosts">
          Take hosts from an ssh_config
        </Link>
      </Empty>
    )
  return <LabSkeleton />
}
