import { trpcHandler } from '@/server/api/trpc-handler'
import { getServices } from '@/server/container'

export const dynamic = 'force-dynamic'

const handler = trpcHandler(getServices)

export { handler as GET, handler as POST }
