'use client'
import { useMutation } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { useTRPC } from '@/app/lib/trpc'
import type { RunSummary } from '@/server/domain/run'

/** Resets the manual failovers that stopped a run, each as a run of its own, and runs it again behind them. */
export function ResetAndRun({ summary }: { summary: RunSummary }) {
  const trpc = useTRPC()
  const router = useRouter()
  const start = useMutation(
    trpc.runs.start.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${encodeURIComponent(id)}`) }),
  )
  const again = { lab: summary.lab, case: summary.case, params: summary.params, resetFirst: true }
  return (
    <div className="grid justify-items-start gap-2">
      <Button disabled={start.isPending || start.isSuccess} onClick={() => start.mutate(again)}>
        <RotateCcw aria-hidden /> {start.isPending || start.isSuccess ? 'Starting…' : `Reset and run ${summary.case}`}
      </Button>
      {start.error ? <ErrorBox error={start.error} doing="Could not start" /> : null}
    </div>
  )
}
