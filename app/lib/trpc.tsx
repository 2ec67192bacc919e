'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { type ReactNode, useState } from 'react'
import type { AppRouter } from '@/server/api/root'
import { API_URL } from './query-url'

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

/** A request of its own: for what may take seconds, so that nothing in the same batch waits for it, or is preloaded. */
export const ALONE = { trpc: { context: { alone: true } } }

/** Half of what Node.js takes as a request's head; one query that is longer is refused alone, not its whole batch. */
const MAX_URL_CHARS = 8000

const createClient = () =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({ url: API_URL }),
        false: splitLink({
          condition: (op) => op.context.alone === true,
          true: httpLink({ url: API_URL }),
          false: httpBatchLink({ url: API_URL, maxURLLength: MAX_URL_CHARS }),
        }),
      }),
    ],
  })

export type Client = ReturnType<typeof createClient>

/** A mistake of the caller does not go away by asking again. */
const retry = (count: number, error: Error) => {
  const status = (error as { data?: { httpStatus?: number } }).data?.httpStatus
  return count < 2 && (status === undefined || status >= 500)
}

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry, retryDelay: 500, staleTime: 2000 } } }),
  )
  const [client] = useState(createClient)
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}
