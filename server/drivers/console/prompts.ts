import type { ErrorCode } from '../../errors'

/*
 * What serial consoles say, as data. A prompt is looked for in the last line only, and only once nothing more came for a
 * while: a chunk may end anywhere ("Last login: " is none).
 */

export type PromptName = 'login' | 'password' | 'shell' | 'continuation'

export const PROMPTS: readonly { name: PromptName; pattern: RegExp; not?: RegExp }[] = [
  { name: 'login', pattern: /(?:^|\s)login: ?$/i, not: /last login/i },
  { name: 'password', pattern: /(?:^|\s)password(?: for \S{1,64})?: ?$/i },
  { name: 'continuation', pattern: /^> ?$/ },
  { name: 'shell', pattern: /^(?:[[(]?[\w.@:~/ +-]{0,120}[\])]?)[#$] ?$/ },
]

/** What a login says when it does not let somebody in. */
export const LOGIN_FAILURES: readonly { pattern: RegExp; code: ErrorCode; message: string; hint: string }[] = [
  {
    pattern: /login incorrect|authentication failure|permission denied/i,
    code: 'console-auth',
    message: 'the console refuses the password',
    hint: 'Check the environment variable that wan.console.passwordEnv in the lab file names.',
  },
  {
    pattern: /not allowed on this (?:tty|terminal)|root login refused|account (?:is )?(?:locked|expired|disabled)/i,
    code: 'console-auth',
    message: 'this user may not log in on the console',
    hint: 'Check wan.console.user in the lab file, and /etc/securetty inside the VM.',
  },
  {
    pattern: /password (?:has )?expired|required to change your password|current (?:unix )?password/i,
    code: 'console-auth',
    message: 'the console wants the password changed',
    hint: 'Log in by hand ("qm terminal ID" on the PVE host) and change it.',
  },
  {
    pattern: /login timed out|too many (?:login )?(?:failures|tries)/i,
    code: 'console-wedged',
    message: 'the login gave up waiting',
    hint: 'Try again; if it goes on, look at the console by hand ("qm terminal ID" on the PVE host).',
  },
]

/**
 * Keys that get a console out of whatever it is in, the gentle one first: Enter (behind a Ctrl-U, for somebody may have
 * left half a command there), Ctrl-C, XON and Ctrl-C.
 */
export const WAKING_KEYS = ['\x15\r', '\x03\r', '\x11\x03\r'] as const
export const INTERRUPT = '\x03'
export const ENTER = '\r'

// biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>78])/g
/** "[ 1234.567890] br0: port 1 entered forwarding state": comes at any moment, in the middle of a word as well. */
const KERNEL_MESSAGE = /\[ {0,7}\d{1,7}\.\d{6}\] [^\n]*\n/g

/** What a console sent, without escapes, kernel messages, NULs and carriage returns. */
export const consoleText = (raw: string): string =>
  raw.replace(ESCAPES, '').replaceAll('\0', '').replace(/\r+\n/g, '\n').replace(KERNEL_MESSAGE, '').replaceAll('\r', '')

/** The prompt that a console waits at, by the last line of its (clean) text; null when it is none that is known. */
export function promptAt(text: string): PromptName | null {
  const line = text.slice(text.lastIndexOf('\n') + 1).trimStart()
  return PROMPTS.find(({ pattern, not }) => pattern.test(line) && !not?.test(line))?.name ?? null
}

/** The failure that a login told; null when it told none. */
export const loginFailure = (text: string) => LOGIN_FAILURES.find(({ pattern }) => pattern.test(text)) ?? null
