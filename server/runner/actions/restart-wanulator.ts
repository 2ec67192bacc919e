import { GOOD, type Impairment } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import type { Wanulator } from '../../domain/wan'
import { powerOff, powerOn } from '../../drivers/pve/pve'
import { withWanulator } from '../../drivers/wanulator/wanulator'
import { asAppError, type ErrorCode } from '../../errors'
import { delay } from '../../transport/retry'
import type { RunSession } from '../session'
import { beforeChange } from './change'
import type { WanHandler } from './handler'
import { linkOf } from './impair'
import { plannedPower } from './power'
import { planSetting, setOne } from './set-links'

const GOOD_LINK: Impairment = { toIsp: GOOD, toRouter: GOOD }
/** Between two tries to log in to what boots. */
const PAUSE_MS = 2000
/** What a console is like before its VM has booted. */
const BOOTING: readonly ErrorCode[] = ['console-dead', 'console-wedged', 'console-lost', 'command-timeout']

/** Resolves once somebody can log in there. Rejects when it was cancelled, or for a reason that booting does not mend. */
async function untilBooted(session: RunSession<WanLab>, wanulator: Wanulator, signal: AbortSignal): Promise<void> {
  const options = { tag: session.tag(`impair-${wanulator.vm}`), signal }
  for (;;) {
    try {
      return await withWanulator(session.access(), wanulator, options, async () => {})
    } catch (cause) {
      if (!BOOTING.includes(asAppError(cause).code)) throw cause
      await delay(PAUSE_MS, signal)
    }
  }
}

/** Off and on, for what no key on its console helps; it forgets what was in its memory, so its link is made good then. */
export const restartWanulator: WanHandler<'restart-wanulator'> = {
  plan: async (context, { link }) => {
    const { wanulator } = linkOf(context.lab, link)
    const { vm } = wanulator
    return [
      ...plannedPower(context.lab, vm, context.tag(`restart-${vm}`), ['status', 'stop', 'start']),
      ...(await planSetting(context, { link, impairment: GOOD_LINK })),
    ]
  },
  run: async (session, { link, title, undo }, signal) => {
    const { wanulator } = linkOf(session.lab, link)
    const { vm } = wanulator
    const options = { tag: session.tag(`restart-${vm}`), signal }
    await beforeChange(session, title, undo)
    signal.throwIfAborted()
    session.deps.linkSet?.(session.lab.id, vm, null)
    await powerOff(session.access(), vm, options)
    await powerOn(session.access(), vm, options)
    await untilBooted(session, wanulator, signal)
    await setOne(session, { link, impairment: GOOD_LINK }, signal)
  },
}
