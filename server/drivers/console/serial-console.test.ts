import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import type { AppError } from '../../errors'
import { failure } from '../../transport/test-server'
import type { OpenLine } from './console-reader'
import { openConsole, type TypedCommand, withConsole } from './serial-console'
import { type PtyConsole, startPtyConsole } from './testing/pty-console'

const directory = mkdtempSync(join(tmpdir(), 'failover-lab-console-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Test = Pick<TestContext, 'onTestFinished'>

/** One for the test alone: they run side by side, for most of the time they wait. */
function pty({ onTestFinished }: Test, shell?: string): PtyConsole {
  const console = startPtyConsole('s3cret', shell)
  onTestFinished(() => console.stop())
  return console
}

const options = (password = 's3cret') => ({
  name: 'WANulator 103',
  host: 'pve',
  credentials: { user: 'root', password },
})

async function timed(work: Promise<unknown>): Promise<{ error: AppError; ms: number }> {
  const startedMs = Date.now()
  const error = await failure(work)
  return { error, ms: Date.now() - startedMs }
}

describe.skipIf(process.platform !== 'linux').concurrent('a console on a real terminal', () => {
  it('logs in, runs, logs out, and is found logged out again', async (test) => {
    const { expect } = test
    const { open, sent } = pty(test)
    const console = await openConsole(open, options())
    expect(console.found).toBe('login')
    expect(await console.run(['sh', '-c', `printf 'a\\nb'; exit 7`])).toEqual({ exitCode: 7, output: 'a\nb' })
    expect(await console.run(['echo', "it's $HOME `x`"])).toEqual({ exitCode: 0, output: "it's $HOME `x`\n" })
    await console.logOut()
    const again = await withConsole(open, options(), async (other) => other.found)
    expect(again).toBe('login')
    expect(sent().match(/s3cret/g)).toHaveLength(2)
  })

  it('takes over from somebody who stayed logged in, at work, or in an open quotation', async (test) => {
    const { expect } = test
    const console = pty(test)
    const first = await openConsole(console.open, options())
    first.close()
    expect(await withConsole(console.open, options(), async ({ found }) => found)).toBe('shell')
    const second = await openConsole(console.open, options())
    second.close()
    console.type('sleep 60\r')
    await sleep(200)
    expect(await withConsole(console.open, options(), async ({ found }) => found)).toBe('busy')
    const third = await openConsole(console.open, options())
    third.close()
    console.type("echo 'open\r")
    await sleep(200)
    expect(await withConsole(console.open, options(), async ({ found }) => found)).toBe('continuation')
  }, 30_000)

  it('leaves every shell that stands in another', async (test) => {
    const { expect } = test
    const console = pty(test)
    const first = await openConsole(console.open, options())
    first.close()
    console.type('bash --norc -i\r')
    await sleep(300)
    expect(await withConsole(console.open, options(), async ({ found }) => found)).toBe('shell')
    expect(await withConsole(console.open, options(), async ({ found }) => found)).toBe('login')
  })

  it('does not run what somebody left half typed', async (test) => {
    const { expect } = test
    const console = pty(test)
    const path = join(directory, 'left')
    const first = await openConsole(console.open, options())
    first.close()
    console.type(`touch '${path}'`)
    await sleep(200)
    await withConsole(console.open, options(), async () => {})
    expect(existsSync(path)).toBe(false)
  })

  it('takes over from somebody who left it at the password', async (test) => {
    const { expect } = test
    const console = pty(test)
    console.type('guest\r')
    await sleep(300)
    expect(await withConsole(console.open, options(), async (shell) => shell.run(['true']))).toEqual({
      exitCode: 0,
      output: '',
    })
  })

  it('writes a file by pieces, byte for byte', async (test) => {
    const { expect } = test
    const { open } = pty(test)
    const data = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 37) % 256))
    const sha256 = createHash('sha256').update(data).digest('hex')
    const path = join(directory, 'it is.wcfg')
    const typed: string[] = []
    const onCommand = ({ argv }: TypedCommand) => typed.push(argv.join(' '))
    await withConsole(open, { ...options(), onCommand }, async (console) => {
      await console.push(path, data, sha256)
      expect(readFileSync(path).equals(data)).toBe(true)
      const error = await failure(console.push(join(directory, 'no', 'where'), data, sha256))
      expect([error.code, error.message]).toEqual(['command-failed', expect.stringContaining('WANulator 103: exit 1')])
    })
    expect(typed.slice(0, 2)).toEqual([`cp /dev/null ${path}.part`, `sh -c base64 -d >>"$1" sh ${path}.part`])
  })

  it('is not confused by what the kernel says meanwhile', async (test) => {
    const { expect } = test
    const console = pty(test)
    const kernel = () => console.say('[   99.123456] br0: port 1(ens18) entered blocking state\r\n')
    const timer = setInterval(kernel, 5)
    const found = await withConsole(console.open, options(), (shell) => shell.run(['seq', '1', '200']))
    clearInterval(timer)
    expect(found.output.trim().split('\n')).toEqual(Array.from({ length: 200 }, (_, i) => String(i + 1)))
  })

  it('tells the record no password, even where a command prints it', async (test) => {
    const { expect } = test
    const told: TypedCommand[] = []
    const logged = { ...options(), onCommand: (command: TypedCommand) => told.push(command) }
    const { output } = await withConsole(pty(test).open, logged, (shell) => shell.run(['printf', 's3%s', 'cret']))
    expect([output, told.map((command) => command.output)]).toEqual(['s3cret', ['•••']])
  })

  it('refuses a wrong password, within 5 s and without showing it', async (test) => {
    const { expect } = test
    const console = pty(test)
    const { error, ms } = await timed(openConsole(console.open, options('wr0ng-one')))
    expect([error.code, error.message]).toEqual(['console-auth', 'WANulator 103: the console refuses the password'])
    expect(ms).toBeLessThan(5000)
    expect(JSON.stringify({ ...error })).not.toContain('wr0ng-one')
    expect(console.sent().endsWith('wr0ng-one\r\x03')).toBe(true)
  })

  it('gives up a wedged one within 5 s', async (test) => {
    const { expect } = test
    const wedged = pty(test, `trap '' INT; while :; do sleep 1; done`)
    await openConsole(wedged.open, options()).catch(() => {})
    const { error, ms } = await timed(openConsole(wedged.open, options()))
    expect(error.code).toBe('console-wedged')
    expect(ms).toBeLessThan(5000)
  }, 15_000)

  it('ends a command that takes too long, and is usable again', async (test) => {
    const { expect } = test
    await withConsole(pty(test).open, options(), async (console) => {
      const { error, ms } = await timed(console.run(['sleep', '60'], 500))
      expect([error.code, ms < 1500]).toEqual(['command-timeout', true])
      expect((await console.run(['true'])).exitCode).toBe(0)
    })
  })

  it('notices that it was logged out, or that the line ended, under a command', async (test) => {
    const { expect } = test
    const console = pty(test)
    const shell = await openConsole(console.open, options())
    expect((await failure(shell.run(['kill', '-9', '0']))).code).toMatch(/console-lost|command-timeout/)
    const other = pty(test)
    const second = await openConsole(other.open, options())
    const running = failure(second.run(['sleep', '60']))
    other.stop()
    expect((await running).code).toBe('console-lost')
    await second.logOut()
  })
})

describe.skipIf(process.platform !== 'linux').concurrent('a login that is broken off', () => {
  it.for(['root\r', 's3cret\r'])('logs out when it is cancelled behind %j', async (typed, test) => {
    const { expect } = test
    const { open } = pty(test)
    const cancel = new AbortController()
    const watched: OpenLine = async (onData, onEnd) => {
      const line = await open(onData, onEnd)
      const write = (data: string) => {
        line.write(data)
        if (data === typed) cancel.abort()
      }
      return { ...line, write }
    }
    const { error, ms } = await timed(openConsole(watched, { ...options(), signal: cancel.signal }))
    expect([error.code, ms < 5000]).toEqual(['cancelled', true])
    expect(await withConsole(open, options(), async ({ found }) => found)).toBe('login')
  })

  it('types no further command once it is cancelled', async (test) => {
    const { expect } = test
    const { open, sent } = pty(test)
    const cancel = new AbortController()
    const work = withConsole(open, { ...options(), signal: cancel.signal }, async (shell) => {
      cancel.abort()
      await shell.run(['echo', 'too late'])
    })
    expect((await failure(work)).code).toBe('cancelled')
    expect(sent()).not.toContain('too late')
  })

  it('because the shell is too slow leaves none behind', async (test) => {
    const { expect } = test
    const { open } = pty(test, `trap '' INT; sleep 6; trap - INT; exec bash --norc --noprofile -i`)
    const { error, ms } = await timed(openConsole(open, options()))
    expect([error.code, ms < 5000]).toEqual(['console-wedged', true])
    await sleep(3000)
    let text = ''
    const line = await open(
      (more) => {
        text += more
      },
      () => {},
    )
    line.write('\r')
    await sleep(500)
    expect(text).toMatch(/login: $/)
  }, 20_000)
})

describe('the prompt behind a command', () => {
  it('that comes late is not taken for a shell that is still there', async () => {
    const exits: string[] = []
    const open: OpenLine = async (onData) => ({
      write: (data) => {
        const nonce = /FLAB_(\w+) B/.exec(data)?.[1]
        if (nonce) onData(`${data}\r\n\r\nFLAB_${nonce}_B\r\n\r\nFLAB_${nonce}_E 0\r\n`)
        else if (data.endsWith('; exit\r')) {
          exits.push(data)
          // The terminal echoes what is typed ahead; then comes the prompt, and the shell's own echo of it.
          onData(`${data}\n`)
          onData('root@wanulator:~# ')
          const mark = /FLAB_\w+ X/.exec(data)?.[0].replace(' ', '_')
          setTimeout(() => onData(`${data}\n\r\n${mark}\r\nlogout\r\n\r\nwanulator login: `), 300)
        } else onData('\r\nroot@wanulator:~# ')
      },
      close: () => {},
    })
    await withConsole(open, options(), (console) => console.run(['true']))
    expect(exits).toHaveLength(1)
  })
})

describe.concurrent('a console that is dead', () => {
  const mute: OpenLine = async () => ({ write: () => {}, close: () => {} })

  it('is told within 5 s', async (test) => {
    const { expect } = test
    const { error, ms } = await timed(openConsole(mute, options()))
    expect([error.code, error.hint]).toEqual(['console-dead', expect.stringContaining('qm status')])
    expect(ms).toBeLessThan(5000)
  })

  it('is told as held where somebody else is found on it', async (test) => {
    const { expect } = test
    const { AppError } = await import('../../errors')
    const held = new AppError('console-held', 'socat (pid 7) is on the serial console already')
    const open: OpenLine = async () => ({ write: () => {}, close: () => {}, explainSilence: async () => held })
    expect(await failure(openConsole(open, options()))).toBe(held)
  })

  it('can be cancelled', async (test) => {
    const { expect } = test
    const error = await failure(openConsole(mute, { ...options(), signal: AbortSignal.timeout(50) }))
    expect(error.code).toBe('cancelled')
  })
})
