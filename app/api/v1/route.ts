import { docs } from '@/server/api/rest/docs'
import { restRoute } from '@/server/api/rest/route'
import { getServices } from '@/server/container'

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(getServices, { GET: docs })
