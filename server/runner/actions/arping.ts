import type { Lab } from '../../domain/lab'
import { arpingArgv } from '../../drivers/arping'
import { startTool } from '../../drivers/tool'
import { streamTag } from '../session'
import { type Handler, plannedKill, plannedStream } from './handler'

/** From where each VIP is asked for. A VIP that nobody can see is not asked for. */
const questionsOf = ({ cluster }: Lab) =>
  cluster.reths.flatMap((reth) =>
    reth.garpObserver
      ? [{ reth, stream: `arping:${reth.name}`, point: reth.garpObserver, argv: arpingArgv(reth, reth.garpObserver) }]
      : [],
  )

/** Makes whoever holds a VIP answer for it. Who does, the captures on the nodes' members tell. */
export const startArping: Handler<'start-arping'> = {
  plan: ({ lab, tag }, { durationS }) =>
    questionsOf(lab).map(({ reth, stream, point, argv }) => {
      const options = { tag: tag(streamTag(stream)), timeoutMs: durationS * 1000 }
      return plannedStream(lab, point.at, argv, options, `Who has ${reth.vip}? Asked each second`)
    }),
  run: async (session, { durationS }, signal) => {
    await Promise.all(
      questionsOf(session.lab).map(async ({ stream, point, argv }) => {
        const options = session.tool(stream, durationS, session.signal)
        const tool = await startTool(session.access(stream), point.at, argv, () => ({ keep: true }), options)
        session.tools.set(stream, tool)
      }),
    )
    signal.throwIfAborted()
  },
}

export const stopArping: Handler<'stop-arping'> = {
  plan: ({ lab, tag }) =>
    questionsOf(lab).flatMap(({ stream, point }) => plannedKill(lab, point.at, tag(streamTag(stream)))),
  run: (session) => session.stopTools('arping'),
}
