import type { Action } from '../../domain/case'
import type { Interval } from '../../domain/ids'
import { type Impairment, impairmentText } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import { type WanLink, type Wanulator, wanLinks } from '../../domain/wan'
import type { TypedCommand } from '../../drivers/console/serial-console'
import { isReplacement } from '../../drivers/wanulator/emulator'
import { setImpairment, type WanulatorShell, withWanulator } from '../../drivers/wanulator/wanulator'
import { AppError } from '../../errors'
import type { RunSession } from '../session'
import { beforeChange } from './change'
import { consoleRecord } from './console-record'
import { commandsOf, dryEnv } from './dry-run'
import type { WanHandler } from './handler'

type Impair = Extract<Action, { kind: 'impair' }>

/** The link of this ISP. Throws `lab-file` when there is none. */
export function linkOf({ wan }: WanLab, id: string): WanLink {
  const link = wanLinks(wan).find((candidate) => candidate.id === id)
  if (link) return link
  throw new AppError('lab-file', `no link leads to the ISP "${id}"`, { hint: 'See wan.wanulators and wan.nics.' })
}

/** A time of the app's clock on the PVE host's, by the last offset that was read. */
export function onHost(session: RunSession<WanLab>, { fromMs, toMs }: Interval): Interval {
  const host = session.lab.wan.pve.host
  const { offsetMs, errorMs } = session.clocks.at(-1)?.[host] ?? { offsetMs: 0, errorMs: 0 }
  return { fromMs: fromMs + offsetMs - errorMs, toMs: toMs + offsetMs + errorMs }
}

/** How a link is changed on its console; what `setImpairment` and `applyWcfg` are. `onReady` comes right before it. */
type Dialogue = (shell: WanulatorShell, emulator: string, onReady: () => Promise<void>) => Promise<void>
/** `during`: the replacement of the emulator, app clock; null: it was so already and nothing was changed. */
export type LinkChanged = { during: Interval | null; commandId: string }

/** One change of a link on its WANulator's console. `onReady`: logged in, file written; resolves when it may be made. */
export async function changeLink(
  session: RunSession<WanLab>,
  wanulator: Wanulator,
  event: Impair['event'],
  signal: AbortSignal,
  dialogue: Dialogue,
  onReady: () => Promise<void> = async () => {},
): Promise<LinkChanged> {
  const record = consoleRecord(session, wanulator, `impair-${wanulator.vm}`)
  const changed: { during: Interval | null } = { during: null }
  const options = {
    ...{ tag: session.tag(`impair-${wanulator.vm}`), signal },
    onCommand: (command: TypedCommand) => {
      record.onCommand(command)
      // The one that replaces the emulator: the link changes between its beginning and its end.
      if (!isReplacement(command.argv)) return
      const toMs = Date.now()
      changed.during = { fromMs: toMs - command.durationMs, toMs }
      session.deps.linkSet?.(session.lab.id, wanulator.vm, null)
    },
  }
  await withWanulator(session.access(), wanulator, options, (shell, emulator) =>
    dialogue(shell, emulator, async () => {
      await onReady()
      if (event !== 'setup') for (const probe of session.probes.values()) probe.endBaseline()
    }),
  )
  return { during: changed.during, commandId: record.commandId() }
}

type Told = Pick<Impair, 'event' | 'title' | 'mode'> & { link: { id: string; impairment: Impairment } | null }

/** Says in the run that a link was changed. */
export async function tellChange(
  session: RunSession<WanLab>,
  { event, title, mode, link }: Told,
  during: Interval,
  commandId: string,
): Promise<void> {
  const { host } = session.lab.wan.pve
  await session.emit({
    ...{ kind: 'fault-injected', event, title, mode, commandId, exitCode: 0, clock: host },
    ...{ place: { host }, t0: onHost(session, during), during },
    ...(link ? { link } : {}),
  })
  if (event !== 'setup') session.faultAtMs = during.fromMs
  if (link) session.deps.linkSet?.(session.lab.id, linkOf(session.lab, link.id).wanulator.vm, link.impairment)
}

/**
 * Changes what a WANulator does to its link, and reads it back. The command that replaces the emulator is T0: the link is
 * cut from its beginning on for a moment, and the new configuration is in force at its end.
 */
export const impair: WanHandler<'impair'> = {
  plan: ({ lab, tag }, { link, impairment }) => {
    const { wanulator, ...ends } = linkOf(lab, link)
    const options = { tag: tag(`impair-${wanulator.vm}`), env: dryEnv(lab) }
    return commandsOf(lab, `${wanulator.title}: ${impairmentText(impairment)}, set on its console`, (dry) =>
      withWanulator(dry, wanulator, options, (shell, emulator) => setImpairment(shell, emulator, ends, impairment)),
    )
  },
  run: async (session, action, signal) => {
    const { link, impairment, event } = action
    const { wanulator, ...ends } = linkOf(session.lab, link)
    await beforeChange(session, action.title, action.undo)
    signal.throwIfAborted()
    const { during, commandId } = await changeLink(session, wanulator, event, signal, (shell, emulator, onReady) =>
      setImpairment(shell, emulator, ends, impairment, onReady),
    )
    if (during) return tellChange(session, { ...action, link: { id: link, impairment } }, during, commandId)
    throw new AppError('command-failed', `${wanulator.title} was as asked for already: nothing was changed`, {
      hint: 'Look at what is in force on the Lab page; somebody else may have set it.',
    })
  },
}
