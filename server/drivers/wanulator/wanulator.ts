import { createHash } from 'node:crypto'
import {
  type Direction,
  directionText,
  type Impairment,
  impairmentText,
  isGood,
  sameDirection,
} from '../../domain/impairment'
import type { Wan, WanLink, Wanulator } from '../../domain/wan'
import { AppError } from '../../errors'
import { type SerialConsole, type TypedCommand, withConsole } from '../console/serial-console'
import { SESSION_MS, serialLine, serialSocket } from '../console/serial-line'
import { inTurn } from '../console/turns'
import type { WanAccess } from '../pve/pve'
import {
  type InForce,
  inForce,
  parseEmulators,
  READ_MS,
  REPLACE_EXIT,
  REPLACE_MS,
  readEmulatorArgv,
  replaceEmulatorArgv,
} from './emulator'
import { parseWcfg, printWcfg, type Wcfg } from './wcfg'
import { formOf, newWcfg, sameWcfg, withDirections } from './wcfg-form'

/** Where our files lie, beside the emulator: named by their content, so that the one in use is never written over. */
const filePrefix = (emulator: string): string => `${emulator.slice(0, emulator.lastIndexOf('/'))}/failover-lab-`

/** A shell on a WANulator, as far as this driver needs it. */
export type WanulatorShell = Pick<SerialConsole, 'run' | 'must' | 'push' | 'found'>

const failed = (message: string, hint: string, stderrTail?: string): AppError =>
  new AppError('command-failed', message, { hint, stderrTail })

/** What a WANulator does now. Rejects as `SerialConsole.must`. */
export const readInForce = async (shell: WanulatorShell, emulator: string): Promise<InForce> =>
  inForce(parseEmulators(await shell.must(readEmulatorArgv(emulator), READ_MS)))

const inWords = (found: InForce): string => {
  if (found.kind === 'none') return 'no emulator runs: nothing passes'
  if (found.kind === 'several') return `${found.count} emulators run, each does its part`
  return found.kind === 'unknown' ? found.reason : `another configuration is in force (${found.file})`
}

/**
 * Puts a `.wcfg` in force: writes it, replaces the emulator by one that reads it, and reads back that exactly this one
 * runs with exactly this text. Does nothing when that is so already, for a replacement cuts the link for a moment.
 * Rejects with `command-failed`; the configuration before is in force again then, if it can be.
 * @param onReady everything but the replacement is done; it is made once this has resolved
 */
export async function applyWcfg(
  shell: WanulatorShell,
  emulator: string,
  text: string,
  onReady: () => Promise<void> = async () => {},
): Promise<void> {
  const before = await readInForce(shell, emulator)
  if (before.kind === 'file' && sameText(before.text, text)) return
  const data = Buffer.from(text)
  const sha256 = createHash('sha256').update(data).digest('hex')
  const file = `${filePrefix(emulator)}${sha256.slice(0, 16)}.wcfg`
  await shell.push(file, data, sha256)
  const backTo = before.kind === 'file' ? before.file : null
  await onReady()
  const { exitCode, output } = await shell.run(replaceEmulatorArgv(emulator, file, backTo), REPLACE_MS)
  if (exitCode === REPLACE_EXIT.stays)
    throw failed(
      'the running emulator cannot be ended',
      'Log in to the WANulator by hand and look at it with ps.',
      output,
    )
  const after = await readInForce(shell, emulator)
  if (after.kind !== 'file' || after.file !== file || after.text !== text) {
    const hint = 'Look at failover-lab-emulator.log beside the emulator in the WANulator, or restart the VM.'
    throw failed(`the configuration did not come into force: ${inWords(after)}`, hint, output)
  }
  if (backTo?.startsWith(filePrefix(emulator))) await shell.run(['rm', '-f', '--', backTo])
}

const sameText = (a: string, b: string): boolean => {
  try {
    return a === b || sameWcfg(a, b)
  } catch {
    return false
  }
}

/** Interface inside -> what happens to traffic that leaves it. */
export const byGuest = ({ toIsp, toRouter }: Pick<WanLink, 'toIsp' | 'toRouter'>, impairment: Impairment) => ({
  [toRouter.guest]: impairment.toRouter,
  [toIsp.guest]: impairment.toIsp,
})

function parsed(text: string): Wcfg | null {
  try {
    return parseWcfg(text)
  } catch {
    return null
  }
}

/**
 * The configuration for an impairment and nothing else: the one in force with other functions, so that what it says of its
 * interfaces is kept; a new one where none can be read, or where it is for other interfaces.
 */
export function wcfgFor(link: Pick<WanLink, 'toIsp' | 'toRouter'>, impairment: Impairment, now: InForce): string {
  const directions = byGuest(link, impairment)
  const wcfg = now.kind === 'file' ? parsed(now.text) : null
  const names = wcfg?.interfaces.map(({ name }) => name) ?? []
  const fits = wcfg !== null && Object.keys(directions).every((name) => names.includes(name))
  return printWcfg(fits ? withDirections(wcfg, directions, { keepOthers: false }) : newWcfg(directions))
}

/** What is in force on a link, as far as a form can show it; `rest` tells in words what it cannot. */
export type LinkReading =
  | { kind: 'impairment'; impairment: Impairment; rest: string[]; file: string }
  | { kind: 'unreadable'; reason: string }

/** A link's impairment by the file in force. Whether it does what the file says only a measurement can tell. */
export function linkReading(link: Pick<WanLink, 'toIsp' | 'toRouter'>, now: InForce): LinkReading {
  if (now.kind !== 'file') return { kind: 'unreadable', reason: inWords(now) }
  const wcfg = parsed(now.text)
  const formAt = (guest: string) => {
    const found = wcfg?.interfaces.find(({ name }) => name === guest)
    return found && formOf(found.functions)
  }
  const [toIsp, toRouter] = [formAt(link.toIsp.guest), formAt(link.toRouter.guest)]
  if (!toIsp || !toRouter)
    return { kind: 'unreadable', reason: `${now.file} is no configuration for its two interfaces` }
  const rest = [...toIsp.rest.map((text) => `to ISP: ${text}`), ...toRouter.rest.map((text) => `to router: ${text}`)]
  return {
    kind: 'impairment',
    impairment: { toIsp: toIsp.direction, toRouter: toRouter.direction },
    rest,
    file: now.file,
  }
}

/** "to ISP 15 % loss; to router good", or why it cannot be told. */
export const readingText = (reading: LinkReading): string =>
  reading.kind === 'unreadable' ? reading.reason : [impairmentText(reading.impairment), ...reading.rest].join('; ')

/** Whether a link passes everything on, by its file. */
export const readsGood = (reading: LinkReading): boolean =>
  reading.kind === 'impairment' && reading.rest.length === 0 && isGood(reading.impairment)

const checkDirection = (name: string, wanted: Direction, found: Direction) => {
  if (sameDirection(wanted, found)) return
  const message = `${name}: "${directionText(wanted)}" was asked for, "${directionText(found)}" is in force`
  throw failed(message, 'Apply it again; look at the .wcfg on the WANulator.')
}

/** Sets a link's impairment and reads it back; `onReady` as in `applyWcfg`. Rejects with `command-failed`. */
export async function setImpairment(
  shell: WanulatorShell,
  emulator: string,
  link: Pick<WanLink, 'toIsp' | 'toRouter'>,
  impairment: Impairment,
  onReady?: () => Promise<void>,
): Promise<void> {
  await applyWcfg(shell, emulator, wcfgFor(link, impairment, await readInForce(shell, emulator)), onReady)
  const reading = linkReading(link, await readInForce(shell, emulator))
  if (reading.kind === 'unreadable') throw failed(reading.reason, 'Apply it again.')
  if (reading.rest.length > 0) throw failed(`more is in force: ${reading.rest.join('; ')}`, 'Apply it again.')
  checkDirection('to ISP', impairment.toIsp, reading.impairment.toIsp)
  checkDirection('to router', impairment.toRouter, reading.impairment.toRouter)
}

export type WanulatorOptions = {
  tag: string
  signal?: AbortSignal
  /** Where the console's password is found; the app's environment unless told. */
  env?: Readonly<Record<string, string | undefined>>
  onCommand?: (command: TypedCommand) => void
}

/** Throws `console-auth` when the environment has none. */
export function consolePassword(
  { console: { passwordEnv } }: Wan,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const password = env[passwordEnv]
  if (password) return password
  throw new AppError('console-auth', `the environment variable ${passwordEnv} is not set`, {
    hint: `Set ${passwordEnv} to the password of the WANulators' consoles and start the app again.`,
  })
}

/**
 * Logs in to a WANulator over its serial console, works there, and logs out on every path. One at a time per VM.
 * Rejects with `console-…`, and with what `work` rejects with.
 */
export async function withWanulator<T>(
  access: WanAccess,
  { vm, title }: Pick<Wanulator, 'vm' | 'title'>,
  options: WanulatorOptions,
  work: (shell: WanulatorShell, emulator: string) => Promise<T>,
): Promise<T> {
  const { wan } = access.lab
  const { host } = wan.pve
  const { tag, signal, onCommand, env = process.env } = options
  const line = serialLine(access, host, serialSocket(vm), { tag, timeoutMs: SESSION_MS, signal })
  const credentials = { user: wan.console.user, password: consolePassword(wan, env) }
  const name = `${title} (VM ${vm})`
  const console = { name, host, credentials, signal, onCommand }
  const working = inTurn(access.pool.behind ?? access.pool, `${host} ${vm}`, signal, () =>
    withConsole(line, console, (shell) => work(shell, wan.console.emulator)),
  )
  return working.catch((cause: unknown) => {
    throw withId(cause, vm)
  })
}

/** What a console's hints say of "qm terminal ID", as it can be typed. */
export function withId(cause: unknown, vm: number): unknown {
  if (!(cause instanceof AppError) || cause.hint === undefined) return cause
  const { code, message, host, command, stderrTail } = cause
  const hint = cause.hint.replace(/\bID\b/g, String(vm))
  return hint === cause.hint ? cause : new AppError(code, message, { hint, host, command, stderrTail, cause })
}
