import type { Services } from './services'

/** What every procedure gets. */
export type ApiContext = { services: Services }

export const createContext = (services: Services): ApiContext => ({ services })
