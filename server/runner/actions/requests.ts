import type { HttpLoad } from '../../domain/wan-run'
import { locustArgv, startLocust } from '../../drivers/locust'
import { streamTag } from '../session'
import { plannedKill, plannedStream, type WanHandler } from './handler'

/** Sample stream of the HTTP load. */
const STREAM = 'requests:http'
/** For users to end, and for locust to print its summary. */
const EXTRA_S = 15

const timeoutS = ({ durationS }: HttpLoad): number => durationS + EXTRA_S

export const startRequests: WanHandler<'start-requests'> = {
  plan: ({ lab, tag }, { load }) => {
    const options = { tag: tag(streamTag(STREAM)), timeoutMs: timeoutS(load) * 1000 }
    const purpose = `HTTP load: ${load.users} users, ${load.spawnPerS} more a second`
    return [plannedStream(lab, load.from, locustArgv(load), options, purpose)]
  },
  run: async (session, { load }, signal) => {
    const options = session.tool(STREAM, timeoutS(load), session.signal)
    session.tools.set(STREAM, await startLocust(session.access(STREAM), load, options))
    signal.throwIfAborted()
  },
}

export const stopRequests: WanHandler<'stop-requests'> = {
  plan: ({ lab, tag }) =>
    lab.wan.requests ? plannedKill(lab, { host: lab.wan.requests.host }, tag(streamTag(STREAM))) : [],
  run: (session) => session.stopTools('requests'),
}
