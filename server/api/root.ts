import { casesRouter } from './routers/cases'
import { compareRouter } from './routers/compare'
import { labsRouter } from './routers/labs'
import { runsRouter } from './routers/runs'
import { createCallerFactory, router } from './trpc'

/** The whole API; the client imports only the type. */
export const appRouter = router({ labs: labsRouter, cases: casesRouter, runs: runsRouter, compare: compareRouter })
export type AppRouter = typeof appRouter

/** For REST routes and server components: `createCaller({ services })`. */
export const createCaller = createCallerFactory(appRouter)
