import { casesRouter } from './routers/cases'
import { checkRouter } from './routers/check'
import { compareRouter } from './routers/compare'
import { labsRouter } from './routers/labs'
import { runsRouter } from './routers/runs'
import { scenariosRouter } from './routers/scenarios'
import { sshConfigRouter } from './routers/ssh-config'
import { switchesRouter } from './routers/switches'
import { wanRouter } from './routers/wan'
import { createCallerFactory, mergeRouters, router } from './trpc'

/** The whole API; the client imports only the type. */
export const appRouter = router({
  labs: mergeRouters(labsRouter, checkRouter),
  cases: casesRouter,
  runs: runsRouter,
  compare: compareRouter,
  switches: switchesRouter,
  wan: wanRouter,
  scenarios: scenariosRouter,
  sshConfig: sshConfigRouter,
})
export type AppRouter = typeof appRouter

/** For REST routes and server components: `createCaller({ services })`. */
export const createCaller = createCallerFactory(appRouter)
