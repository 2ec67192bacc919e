import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginLogin, onConsoleData, onConsoleQuiet, onLoginDeadline, type Reaction } from './login'
import { marked, readMarked } from './marked-command'
import { consoleText, promptAt } from './prompts'

/*
 * Transcripts: what the console sends (a text), what it must be sent for it ({ key }), and silence. Written for this, in
 * the way of a getty, login and bash on a serial line.
 */
type Step = string | { key: string } | 'SILENCE'

const NONCE = 'n0nce'
const WHO = { user: 'root', password: 's3cret' }
const VERIFY = `${marked(['true'], NONCE)}\r`
const MARKS = `${VERIFY}\n\r\nFLAB_${NONCE}_B\r\n\r\nFLAB_${NONCE}_E 0\r\nroot@wanulator:~# `
const MOTD =
  '\r\nLast login: Thu Nov 26 14:00:01 UTC 2026 on ttyS0\r\nWelcome to WANulator 2.4\r\n\r\n#### 3 updates ####\r\n\r\n'
const PROMPT = '\x1b[?2004hroot@wanulator:~# '
const KERNEL = '[  812.204417] br0: port 2(ens19) entered forwarding state\r\n'
const LOGIN_PROMPT = '\r\nWANulator 2.4 wanulator ttyS0\r\n\r\nwanulator login: '
const AFTER_LOGIN: Step[] = [
  { key: 'root\r' },
  'root\r\nPassword: ',
  { key: 's3cret\r' },
  `\r\n${MOTD}${PROMPT}`,
  { key: VERIFY },
  MARKS,
]

type Played = { sent: string[]; end: Reaction['end'] }

/** Plays a transcript; `cut` cuts what the console sends into chunks. Throws when another key than expected is sent. */
function play(steps: readonly Step[], cut: (text: string) => string[] = (text) => [text]): Played {
  const sent: string[] = []
  let reaction = beginLogin(NONCE)
  const take = (next: Reaction) => {
    reaction = next
    if (next.send !== undefined) sent.push(next.send)
  }
  take(reaction)
  for (const [index, step] of steps.entries()) {
    if (reaction.end) throw new Error(`ended before step ${index}: ${JSON.stringify(reaction.end)}`)
    if (step === 'SILENCE') take(onConsoleQuiet(reaction.state, WHO))
    else if (typeof step === 'string') {
      for (const chunk of cut(step)) take(onConsoleData(reaction.state, chunk))
      if (!reaction.end && typeof steps[index + 1] === 'object') take(onConsoleQuiet(reaction.state, WHO))
    } else if (sent.at(-1) !== step.key) throw new Error(`step ${index}: sent ${JSON.stringify(sent)}`)
  }
  return { sent, end: reaction.end }
}

const ok = (found: string) => ({ ok: true, found })
const failed = (code: string, message: string) => ({
  ok: false,
  code,
  message: expect.stringContaining(message),
  hint: expect.any(String),
})

const TRANSCRIPTS: [string, Step[], unknown][] = [
  ['a login prompt', [LOGIN_PROMPT, ...AFTER_LOGIN], ok('login')],
  ['left logged in', [`\r\n${PROMPT}`, { key: VERIFY }, MARKS], ok('shell')],
  [
    'a password prompt of somebody else',
    ['\r\nPassword: ', { key: '\x03' }, LOGIN_PROMPT, ...AFTER_LOGIN],
    ok('password'),
  ],
  [
    'a password prompt that ignores Ctrl-C',
    [
      '\r\nPassword: ',
      { key: '\x03' },
      '\r\nPassword: ',
      { key: '\r' },
      '\r\nLogin incorrect\r\nwanulator login: ',
      ...AFTER_LOGIN,
    ],
    ok('password'),
  ],
  [
    'a command that runs in it',
    ['\r\n', 'SILENCE', { key: '\x03\r' }, `^C\r\n${PROMPT}\r\n${PROMPT}`, { key: VERIFY }, MARKS],
    ok('busy'),
  ],
  ['an open quotation', ['\r\n> ', { key: '\x03' }, `^C\r\n${PROMPT}`, { key: VERIFY }, MARKS], ok('continuation')],
  [
    'a kernel message behind the prompt, one inside the marker',
    [`\r\n${PROMPT}${KERNEL}`, { key: VERIFY }, MARKS.replace(`${NONCE}_E`, `${NONCE}${KERNEL}_E`)],
    ok('shell'),
  ],
  ['a kernel message inside the login prompt', [`\r\nwanulator log${KERNEL}in: `, ...AFTER_LOGIN], ok('login')],
  ['no password wanted', [LOGIN_PROMPT, { key: 'root\r' }, `root\r\n${MOTD}# `, { key: VERIFY }, MARKS], ok('login')],
  [
    'flow control that was switched off',
    ['SILENCE', { key: '\x03\r' }, 'SILENCE', { key: '\x11\x03\r' }, `^C\r\n${PROMPT}`, { key: VERIFY }, MARKS],
    ok('shell'),
  ],
  [
    'a wrong password',
    [LOGIN_PROMPT, { key: 'root\r' }, 'root\r\nPassword: ', { key: 's3cret\r' }, '\r\n', '\r\nLogin incorrect\r\n'],
    failed('console-auth', 'refuses the password'),
  ],
  [
    'a wrong password that nobody mentions',
    [LOGIN_PROMPT, { key: 'root\r' }, 'root\r\nPassword: ', { key: 's3cret\r' }, '\r\nwanulator login: ', 'SILENCE'],
    failed('console-auth', 'asks for a login again'),
  ],
  [
    'root may not log in here',
    [
      LOGIN_PROMPT,
      { key: 'root\r' },
      'root\r\nPassword: ',
      { key: 's3cret\r' },
      '\r\nroot login refused on this terminal.\r\n',
    ],
    failed('console-auth', 'may not log in'),
  ],
  [
    'no answer to the password',
    [LOGIN_PROMPT, { key: 'root\r' }, 'root\r\nPassword: ', { key: 's3cret\r' }, '\r\n', 'SILENCE'],
    failed('console-wedged', 'no answer to the login'),
  ],
  [
    'nobody there',
    ['SILENCE', { key: '\x03\r' }, 'SILENCE', { key: '\x11\x03\r' }, 'SILENCE'],
    failed('console-dead', 'nothing at all'),
  ],
  [
    'echo and nothing else',
    ['\r\n', 'SILENCE', { key: '\x03\r' }, '^C\r\n', 'SILENCE', { key: '\x11\x03\r' }, '^C\r\n', 'SILENCE'],
    failed('console-wedged', 'not even after Ctrl-C'),
  ],
  [
    'a shell that is none',
    [
      `\r\n${PROMPT}`,
      { key: VERIFY },
      VERIFY,
      'SILENCE',
      { key: '\x03\r' },
      '\r\n',
      'SILENCE',
      { key: '\x11\x03\r' },
      'SILENCE',
    ],
    failed('console-wedged', 'no prompt'),
  ],
]

describe('a console in whatever state', () => {
  it.each(TRANSCRIPTS)('%s', (_name, steps, expected) => {
    expect(play(steps).end).toEqual(expected)
  })

  it('is told apart however its bytes are cut', () => {
    const cutAt = (sizes: number[]) => (text: string) => {
      const chunks: string[] = []
      for (let at = 0, i = 0; at < text.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        chunks.push(text.slice(at, at + size))
        at += size
      }
      return chunks
    }
    const transcripts = fc.constantFrom(...TRANSCRIPTS)
    fc.assert(
      fc.property(
        transcripts,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
        ([, steps, expected], sizes) => {
          expect(play(steps, cutAt(sizes)).end).toEqual(expected)
        },
      ),
    )
  })

  it('never sends the password anywhere but after its own login', () => {
    for (const [, steps] of TRANSCRIPTS) {
      const { sent } = play(steps)
      for (const [index, key] of sent.entries()) if (key.includes('s3cret')) expect(sent[index - 1]).toBe('root\r')
    }
  })

  it('says at the end of its time what it hung on', () => {
    const begun = beginLogin(NONCE)
    expect(onLoginDeadline(begun.state).code).toBe('console-dead')
    expect(onLoginDeadline(onConsoleData(begun.state, 'x').state).code).toBe('console-wedged')
  })
})

describe('a prompt', () => {
  it.each([
    ['root@wanulator:~# ', 'shell'],
    ['[root@wan /]# ', 'shell'],
    ['# ', 'shell'],
    ['$ ', 'shell'],
    ['wanulator login: ', 'login'],
    ['Last login: ', null],
    ['Password: ', 'password'],
    ['> ', 'continuation'],
    ['#### 3 updates ####', null],
    ['', null],
  ])('%j is %s', (line, name) => {
    expect(promptAt(`motd\n${line}`)).toBe(name)
  })
})

describe('a marked command', () => {
  it('is read from between its marks, and never from its echo', () => {
    const typed = marked(['echo', "it's"], NONCE)
    const said = `${typed}\r\n\r\nFLAB_${NONCE}_B\r\nit's\r\n${KERNEL}two\r\n\r\nFLAB_${NONCE}_E 3\r\nroot@w:~# `
    expect(readMarked(consoleText(typed), NONCE)).toBeNull()
    expect(readMarked(consoleText(said), NONCE)).toEqual({ exitCode: 3, output: "it's\ntwo\n" })
    expect(readMarked(consoleText(said.replace('_E 3\r\n', '_E 3')), 'other')).toBeNull()
  })

  it('waits for all of the exit status', () => {
    expect(readMarked(`\nFLAB_${NONCE}_B\n\nFLAB_${NONCE}_E 12`, NONCE)).toBeNull()
    expect(readMarked(`\nFLAB_${NONCE}_B\n\nFLAB_${NONCE}_E 127\n`, NONCE)).toEqual({ exitCode: 127, output: '' })
  })
})
