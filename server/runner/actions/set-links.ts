import type { Action, PlannedCommand } from '../../domain/case'
import { IMPAIRED_BY, impairmentText } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import { linkCheckId } from '../../domain/link-check'
import { setLink } from '../../drivers/wanulator/link-wcfg'
import { type LinkReading, readingText, withWanulator } from '../../drivers/wanulator/wanulator'
import { asAppError } from '../../errors'
import type { RunSession } from '../session'
import { beforeChange } from './change'
import { commandsOf, dryEnv } from './dry-run'
import type { PlanContext, WanHandler } from './handler'
import { changeLink, linkOf, tellChange } from './impair'

type SetLink = Extract<Action, { kind: 'set-links' }>['links'][number]

/** The commands of setting one link, reading it back included. */
export function planSetting({ lab, tag }: PlanContext<WanLab>, each: SetLink): Promise<PlannedCommand[]> {
  const { wanulator, ...ends } = linkOf(lab, each.link)
  const options = { tag: tag(`impair-${wanulator.vm}`), env: dryEnv(lab) }
  const what = `${wanulator.title} (VM ${wanulator.vm}): ${impairmentText(each.impairment)}, set and read back on its console`
  return commandsOf(lab, what, (dry) =>
    withWanulator(dry, wanulator, options, (shell, emulator) => setLink(shell, emulator, ends, each)),
  )
}

/**
 * Sets what WANulators do, all at once, and reads each back. One that fails keeps none of the others from being set; the
 * step then fails with its reason.
 */
export const setLinks: WanHandler<'set-links'> = {
  plan: async (context, { links }) => (await Promise.all(links.map((each) => planSetting(context, each)))).flat(),
  run: async (session, { title, links, undo }, signal) => {
    await beforeChange(session, title, undo)
    signal.throwIfAborted()
    const results = await Promise.allSettled(links.map((each) => setOne(session, each, signal)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  },
}

/** Sets one link, and says in the run what was read back. */
export async function setOne(session: RunSession<WanLab>, each: SetLink, signal: AbortSignal): Promise<void> {
  const { isp, wanulator, ...ends } = linkOf(session.lab, each.link)
  const check = { kind: 'check', stepId: session.recorder.stepId, id: linkCheckId(each.link) } as const
  const title = `${isp.title}: ${wanulator.title} (VM ${wanulator.vm})`
  try {
    const found: { reading: LinkReading | null } = { reading: null }
    const { during, commandId } = await changeLink(session, wanulator, 'setup', signal, async (shell, emulator) => {
      found.reading = await setLink(shell, emulator, ends, each)
    })
    const { link: id, impairment } = each
    const change = { event: 'setup', title: `${isp.title}: ${impairmentText(impairment)}`, mode: IMPAIRED_BY } as const
    if (during) await tellChange(session, { ...change, link: { id, impairment } }, during, commandId)
    const text = found.reading ? readingText(found.reading) : 'nothing'
    await session.emit({ ...check, title, ok: true, found: during ? text : `${text}, as it was before`, hint: null })
  } catch (cause) {
    const { message, hint = null } = asAppError(cause)
    await session.emit({ ...check, title, ok: false, found: message, hint })
    throw cause
  }
}
