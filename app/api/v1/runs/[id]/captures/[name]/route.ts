import { runCapture } from '@/server/api/rest/handlers'
import { restRoute } from '@/server/api/rest/route'
import { getServices } from '@/server/container'

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(getServices, { GET: runCapture })
