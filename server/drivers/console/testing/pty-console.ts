import { type ChildProcess, spawn } from 'node:child_process'
import { AppError } from '../../../errors'
import type { OpenLine } from '../console-reader'

/**
 * Arguments: password, command that a login begins with. A getty with login in the way of a serial console: a real
 * terminal that echoes, a real interactive shell. As with PAM a wrong password takes three seconds, and Ctrl-C is ignored.
 */
const GETTY = `while :; do
  trap '' INT
  stty echo
  printf '\\r\\nWANulator 2.4 wanulator ttyS0\\r\\n\\r\\nwanulator login: '
  read -r user || exit 0
  [ -n "$user" ] || continue
  stty -echo
  printf 'Password: '
  read -r password || continue
  stty echo
  if [ "$password" = "$1" ]; then
    printf '\\r\\nLast login: today\\r\\n#### WANulator ####\\r\\n'
    trap : INT
    PS1='root@wanulator:~# ' HISTFILE= sh -c "$2"
  else
    sleep 3
    printf '\\r\\nLogin incorrect\\r\\n'
  fi
done`

export type PtyConsole = {
  open: OpenLine
  /** What was sent to it, all of it. */
  sent: () => string
  /** As if typed by somebody who was there before. */
  type(text: string): void
  /** As if the kernel, or nobody, said it. */
  say(text: string): void
  stop(): void
}

/** For tests: a console on a pseudo terminal, which lives on when its line is closed, as a VM's does. */
export function startPtyConsole(password: string, shell = 'exec bash --norc --noprofile -i'): PtyConsole {
  const quoted = [GETTY, 'sh', password, shell].map((text) => `'${text.replaceAll("'", `'\\''`)}'`)
  const child: ChildProcess = spawn('script', ['-qfec', `exec sh -c ${quoted.join(' ')}`, '/dev/null'], {
    env: { ...process.env, TERM: 'dumb' },
  })
  let sent = ''
  let listener: ((text: string) => void) | null = null
  let onEnd: ((reason: AppError) => void) | null = null
  child.stdout?.setEncoding('utf8').on('data', (text: string) => listener?.(text))
  child.stdin?.on('error', () => {})
  child.on('exit', () => onEnd?.(new AppError('console-lost', 'the line ended')))
  const write = (text: string) => {
    sent += text
    child.stdin?.write(text)
  }
  return {
    open: async (onData, ended) => {
      listener = onData
      onEnd = ended
      const close = () => {
        listener = null
        onEnd = null
      }
      return { write, close }
    },
    sent: () => sent,
    type: (text) => child.stdin?.write(text),
    say: (text) => listener?.(text),
    stop: () => child.kill('SIGKILL'),
  }
}
