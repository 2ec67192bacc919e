'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ALONE, useTRPC } from '@/app/lib/trpc'
import type { AnyPublicLab, LabState } from '@/server/domain/views'

const POLL_MS = 5000

/** The lab's switches and how to set them. The lab is not asked while a run goes on: it would cost the measurement. */
export function useSwitches(lab: AnyPublicLab, state: LabState | undefined) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const isBusy = (state?.queue.length ?? 0) > 0
  const declared = lab.switches.length > 0
  const list = useQuery({
    ...trpc.switches.list.queryOptions({ lab: lab.id }, ALONE),
    enabled: declared,
    refetchInterval: isBusy ? false : POLL_MS,
  })
  const set = useMutation(
    trpc.switches.set.mutationOptions({
      ...ALONE,
      onSuccess: (all) => queryClient.setQueryData(trpc.switches.list.queryKey({ lab: lab.id }), all),
      onError: () => queryClient.invalidateQueries({ queryKey: trpc.switches.list.queryKey({ lab: lab.id }) }),
    }),
  )
  return { declared, isBusy, list, set }
}

export type Switches = ReturnType<typeof useSwitches>
