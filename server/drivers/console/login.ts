import type { ErrorCode } from '../../errors'
import { marked, readMarked } from './marked-command'
import { consoleText, ENTER, INTERRUPT, loginFailure, type PromptName, promptAt, WAKING_KEYS } from './prompts'

/** What the console was found in; `busy`: something ran in it. */
export type FoundState = 'login' | 'password' | 'shell' | 'continuation' | 'busy'

export type Credentials = { user: string; password: string }
export type LoginFailure = { code: ErrorCode; message: string; hint: string }

type Phase = 'looking' | 'user-sent' | 'password-sent' | 'verifying'

/** Where a login stands; a value, changed by nobody. */
export type LoginState = {
  phase: Phase
  /** Since the last key. */
  raw: string
  /** Any byte since the beginning. */
  isHeard: boolean
  /** WAKING_KEYS used so far. */
  keys: number
  /** Marks our own command among whatever else the console says. */
  nonce: string
  found: FoundState | null
  /** Somebody else's password prompt was answered with an interrupt already. */
  hasInterrupted: boolean
}

/** What is to happen next: keys to send, then the end, or so long a wait without a byte (ms). */
export type Reaction = {
  state: LoginState
  send?: string
  waitMs: number
  /** Nothing new was said: what is waited for already goes on. */
  isNoNews?: boolean
  end?: { ok: true; found: FoundState } | ({ ok: false } & LoginFailure)
}

/** A prompt counts once nothing came after it for so long. */
const SETTLE_MS = 120
/** So long an answer to a key is waited for. */
const ANSWER_MS = 900
/** PAM lets a wrong password wait for about three seconds. */
const LOGIN_MS = 4000
/** After the last key; an empty password that it gave to somebody's prompt is refused in that time. */
const LAST_MS = 2600
const MAX_RAW = 64 * 1024

const waitFor = ({ phase, raw, isHeard, keys }: LoginState): number => {
  const prompt = promptAt(consoleText(raw))
  // A shell's prompt may be a late one, from before our own command.
  if (prompt !== null && !(phase === 'verifying' && prompt === 'shell')) return SETTLE_MS
  if (phase === 'password-sent') return LOGIN_MS
  return isHeard && keys >= WAKING_KEYS.length ? LAST_MS : ANSWER_MS
}

const press = (state: LoginState, send: string, change: Partial<LoginState> = {}): Reaction => {
  const next = { ...state, raw: '', ...change }
  return { state: next, send, waitMs: waitFor(next) }
}

const fail = (state: LoginState, failure: LoginFailure): Reaction => ({
  state,
  waitMs: 0,
  end: { ok: false, code: failure.code, message: failure.message, hint: failure.hint },
})

const DEAD: LoginFailure = {
  code: 'console-dead',
  message: 'the console says nothing at all',
  hint: 'Look whether the VM runs (qm status ID), whether it has booted with console=ttyS0, and whether somebody else is on its console (ss -xp | grep ID.serial0).',
}
const WEDGED: LoginFailure = {
  code: 'console-wedged',
  message: 'the console answers, but gives no prompt, not even after Ctrl-C',
  hint: 'Look at it by hand ("qm terminal ID" on the PVE host); a program that ignores Ctrl-C may hold it, or restart the VM.',
}
const UNANSWERED: LoginFailure = {
  code: 'console-wedged',
  message: 'the console gave no answer to the login',
  hint: 'Some systems take longer than 4 s to refuse a wrong password: check wan.console.passwordEnv, then look at it by hand ("qm terminal ID" on the PVE host).',
}
const REFUSED: LoginFailure = {
  code: 'console-auth',
  message: 'the console asks for a login again',
  hint: 'Check wan.console.user and the environment variable that wan.console.passwordEnv names.',
}

/** @param nonce letters and digits that occur nowhere else */
export function beginLogin(nonce: string): Reaction {
  const state: LoginState = {
    ...{ phase: 'looking', raw: '', isHeard: false, keys: 1, nonce, found: null, hasInterrupted: false },
  }
  return { state, send: WAKING_KEYS[0], waitMs: ANSWER_MS }
}

/** Bytes came. What ends a login at once (a failure told in words, our own marker) is not waited for. */
export function onConsoleData(before: LoginState, chunk: string): Reaction {
  const state = { ...before, isHeard: true, raw: `${before.raw}${chunk}`.slice(-MAX_RAW) }
  const text = consoleText(state.raw)
  if (state.phase === 'password-sent') {
    const failure = loginFailure(text)
    if (failure) return fail(state, failure)
  }
  if (state.phase === 'verifying' && readMarked(text, state.nonce)?.exitCode === 0)
    return { state, waitMs: 0, end: { ok: true, found: state.found ?? 'shell' } }
  return { state, waitMs: waitFor(state), isNoNews: before.isHeard && text === consoleText(before.raw) }
}

/** Nothing came for as long as the last reaction said. */
export function onConsoleQuiet(state: LoginState, credentials: Credentials): Reaction {
  const prompt = promptAt(consoleText(state.raw))
  if (prompt === null) return onSilence(state)
  const known = { ...state, found: state.found ?? prompt }
  return state.phase === 'looking' ? atPrompt(known, prompt, credentials) : onLoginPrompt(known, prompt, credentials)
}

const verify = (state: LoginState): Reaction =>
  press(state, `${marked(['true'], state.nonce)}${ENTER}`, { phase: 'verifying' })

/** A prompt that stood there before anything was said to it. */
function atPrompt(state: LoginState, prompt: PromptName, { user }: Credentials): Reaction {
  if (prompt === 'login') return press(state, `${user}${ENTER}`, { phase: 'user-sent' })
  if (prompt === 'shell') return verify(state)
  if (prompt === 'continuation') return press(state, INTERRUPT)
  // Nobody knows for which user: out of it. What ignores that gets an empty password, and refuses it after a while.
  return press(state, state.hasInterrupted ? ENTER : INTERRUPT, { hasInterrupted: true })
}

/** A prompt after the user's name, the password or the marker was sent. */
function onLoginPrompt(state: LoginState, prompt: PromptName, credentials: Credentials): Reaction {
  const { phase } = state
  if (prompt === 'password') {
    if (phase === 'user-sent') return press(state, `${credentials.password}${ENTER}`, { phase: 'password-sent' })
    return fail(state, REFUSED)
  }
  if (prompt === 'login') {
    const mayAskAgain = phase !== 'password-sent' && state.keys < WAKING_KEYS.length
    return mayAskAgain ? atPrompt({ ...state, keys: state.keys + 1 }, prompt, credentials) : fail(state, REFUSED)
  }
  if (prompt === 'continuation') return press(state, INTERRUPT, { phase: 'looking' })
  return phase === 'verifying' ? wake(state) : verify(state)
}

function onSilence(state: LoginState): Reaction {
  if (state.phase === 'password-sent') return fail(state, UNANSWERED)
  return wake(state)
}

/** The next of the keys; when none is left, the console is given up. */
function wake(state: LoginState): Reaction {
  const key = WAKING_KEYS[state.keys]
  if (key === undefined) return fail(state, state.isHeard ? WEDGED : DEAD)
  const found = state.found ?? (state.isHeard ? 'busy' : null)
  return press(state, key, { phase: 'looking', keys: state.keys + 1, found })
}

/** The whole budget is over. */
export function onLoginDeadline(state: LoginState): LoginFailure {
  if (!state.isHeard) return DEAD
  return state.phase === 'looking' ? WEDGED : UNANSWERED
}
