import { GOOD, IMPAIRED_BY, type Impairment, isGood, presetDirection } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import type { ScenarioAction, ScenarioStep } from '../../domain/scenario'
import { linkEnds, wanLinks } from '../../domain/wan'
import { wanulatorOf } from '../../drivers/wanulator/link-good'
import { applyWcfg, linkReading, setImpairment, type WanulatorShell } from '../../drivers/wanulator/wanulator'
import { type AppError, asAppError, withHint } from '../../errors'
import type { ArmedStep, StepEnd } from '../../scenarios/schedule'
import { changeLink, type LinkChanged, tellChange } from '../actions/impair'
import type { RunSession } from '../session'

export type ImpairmentAction = Extract<ScenarioAction, { vm: number }>

const presetImpairment = ({ preset, direction }: Extract<ImpairmentAction, { kind: 'impair' }>): Impairment => ({
  toIsp: direction === 'to-router' ? GOOD : presetDirection(preset),
  toRouter: direction === 'to-isp' ? GOOD : presetDirection(preset),
})

/** What a step does to its link, as far as it can be told; null: a `.wcfg` that no form can show. */
export function impairmentOf(lab: WanLab, action: ImpairmentAction): Impairment | null {
  if (action.kind === 'impair') return presetImpairment(action)
  const ends = linkEnds(lab.wan, wanulatorOf(lab, action.vm).wanulator)
  const reading = linkReading(ends, { kind: 'file', file: action.name, text: action.text })
  return reading.kind === 'impairment' && reading.rest.length === 0 ? reading.impairment : null
}

/** The dialogue on the console that makes it so and reads it back. */
export const dialogueOf =
  (lab: WanLab, action: ImpairmentAction) =>
  (shell: WanulatorShell, emulator: string, onReady?: () => Promise<void>): Promise<void> =>
    action.kind === 'impair'
      ? setImpairment(
          shell,
          emulator,
          linkEnds(lab.wan, wanulatorOf(lab, action.vm).wanulator),
          presetImpairment(action),
          onReady,
        )
      : applyWcfg(shell, emulator, action.text, onReady)

const NOTHING: Omit<StepEnd, 'outcome' | 'message' | 'endedMs'> = {
  ...{ began: null, stamp: 'none', command: null, exitCode: null },
}

/**
 * Logs in to a WANulator, writes its new file, and waits: what is left is the command that replaces the emulator. Rejects
 * when it does not come that far.
 */
export async function armImpairment(
  session: RunSession<WanLab>,
  step: ScenarioStep,
  action: ImpairmentAction,
  signal: AbortSignal,
): Promise<ArmedStep> {
  const { lab } = session
  const { wanulator } = wanulatorOf(lab, action.vm)
  const impairment = impairmentOf(lab, action)
  const event = impairment && isGood(impairment) ? 'reversion' : 'failover'
  let go = () => {}
  const gate = new Promise<void>((resolve, reject) => {
    go = resolve
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  gate.catch(() => {})
  let isReady = () => {}
  const ready = new Promise<void>((resolve) => {
    isReady = resolve
  })
  const work = changeLink(session, wanulator, event, signal, dialogueOf(lab, action), () => {
    isReady()
    return gate
  })
  const ended = work.then(
    (changed): { changed: LinkChanged | null; error: AppError | null } => ({ changed, error: null }),
    (error: unknown) => ({ changed: null, error: asAppError(error) }),
  )
  // Ended before it was begun: it failed, or there was nothing to change.
  await Promise.race([ready, work])

  const result = async (): Promise<StepEnd> => {
    const { changed, error } = await ended
    const endedMs = Date.now()
    if (error) return { ...NOTHING, endedMs, outcome: 'failed', message: withHint(error) }
    if (!changed?.during)
      return { ...NOTHING, endedMs, outcome: 'ok', message: 'It was so already: nothing was changed.' }
    const { during, commandId } = changed
    const link = wanLinks(lab.wan).find((one) => one.wanulator.vm === action.vm)
    const mode = IMPAIRED_BY
    const about = link && impairment ? { id: link.id, impairment } : null
    await tellChange(session, { event, title: step.title, mode, link: about }, during, commandId)
    const began = { fromMs: during.fromMs, toMs: during.fromMs }
    return { ...NOTHING, began, stamp: 'console', endedMs, outcome: 'ok', exitCode: 0, message: null }
  }
  return {
    leadMs: 0,
    begin: () => {
      go()
      return result().catch((error: unknown) => ({
        ...{ ...NOTHING, endedMs: Date.now(), outcome: 'failed' as const },
        message: withHint(asAppError(error)),
      }))
    },
    stop: async () => go(),
  }
}
