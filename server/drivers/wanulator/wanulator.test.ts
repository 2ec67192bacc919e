import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { DirectionSchema, GOOD, type Impairment, presetDirection, presetOf } from '../../domain/impairment'
import { WanLabSchema } from '../../domain/lab'
import { wanLinks } from '../../domain/wan'
import { AppError } from '../../errors'
import { SshPool } from '../../transport/pool'
import { failure, startTestServer } from '../../transport/test-server'
import { withConsole } from '../console/serial-console'
import { startPtyConsole } from '../console/testing/pty-console'
import { exampleWanLab } from '../pve/test-wan'
import { inForce, isReplacement, parseEmulators } from './emulator'
import {
  applyWcfg,
  linkReading,
  readInForce,
  readsGood,
  setImpairment,
  type WanulatorShell,
  wcfgFor,
  withId,
  withWanulator,
} from './wanulator'

const [link] = wanLinks(WanLabSchema.parse(exampleWanLab()).wan)
if (!link) throw new Error('the example has no link')
const DROP_15: Impairment = { toIsp: presetDirection('drop-15'), toRouter: GOOD }
const known = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.wcfg`), 'utf8')

/** Stays, or leaves a child that does, unless its file says that it breaks. */
const EMULATOR = `#!/bin/sh
echo "$$ $*" >>"$(dirname "$0")/log"
[ "$1" = -dc ] || exit 2
if grep -q BROKEN "$2"; then echo 'cannot parse'; exit 3; fi
stay() { while :; do sleep 0.2; done; }
if [ -e "$(dirname "$0")/forks" ]; then stay & else stay; fi
`

/** A WANulator for the test alone: a console, and an emulator of a name that nobody else's has. */
function wanulator({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const directory = mkdtempSync(join(tmpdir(), 'failover-lab-wanulator-'))
  const name = `wanu-${randomBytes(4).toString('hex')}`
  const emulator = join(directory, name)
  writeFileSync(emulator, EMULATOR)
  chmodSync(emulator, 0o755)
  const pty = startPtyConsole('pw')
  /** Without what one of them has forked: until it is another program it has the same name. */
  const pids = (): string[] => {
    const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' }).split('\n')
    const found = lines.map((line) => line.trim().split(/\s+/)).filter((words) => words[2] === name)
    return found.flatMap(([pid = '', parent]) => (found.some(([other]) => other === parent) ? [] : [pid]))
  }
  onTestFinished(() => {
    pty.stop()
    if (pids().length > 0) execFileSync('pkill', ['-9', '-x', name])
    rmSync(directory, { recursive: true, force: true })
  })
  const inside = <T>(work: (shell: WanulatorShell) => Promise<T>, signal?: AbortSignal): Promise<T> =>
    withConsole(
      pty.open,
      { name: 'WANulator', host: 'pve', credentials: { user: 'root', password: 'pw' }, signal },
      work,
    )
  const files = () => readdirSync(directory).filter((file) => file.endsWith('.wcfg'))
  return { directory, emulator, pty, pids, inside, files }
}

describe.skipIf(process.platform !== 'linux').concurrent('a WANulator', () => {
  it('without an emulator is cut, and gets exactly one', async (test) => {
    const { expect } = test
    const { emulator, pids, inside, files } = wanulator(test)
    await inside(async (shell) => {
      expect(await readInForce(shell, emulator)).toEqual({ kind: 'none' })
      await setImpairment(shell, emulator, link, DROP_15)
      const reading = linkReading(link, await readInForce(shell, emulator))
      expect(reading).toMatchObject({ kind: 'impairment', rest: [] })
      if (reading.kind === 'impairment') expect(presetOf(reading.impairment.toIsp)).toBe('drop-15')
    })
    expect(pids()).toHaveLength(1)
    expect(files()).toHaveLength(1)
  }, 30_000)

  it.for([false, true])(
    'never has two, whether the emulator forks (%s) or stays',
    { timeout: 30_000 },
    async (forks, test) => {
      const { expect } = test
      const { directory, emulator, pids, inside, files } = wanulator(test)
      if (forks) writeFileSync(join(directory, 'forks'), '')
      await inside(async (shell) => {
        await applyWcfg(shell, emulator, known('good'))
        const [first] = pids()
        await applyWcfg(shell, emulator, known('good').replaceAll('"0"', "'0'"))
        expect(pids(), 'the same again changes nothing').toEqual([first])
        await applyWcfg(shell, emulator, known('drop_100'))
        expect(pids()).toHaveLength(1)
        expect(pids()).not.toEqual([first])
      })
      expect(files(), 'of the one before nothing is left').toHaveLength(1)
    },
  )

  it('ends what others have started, however many, and keeps what their file says besides', async (test) => {
    const { expect } = test
    const { directory, emulator, pids, inside } = wanulator(test)
    const theirs = join(directory, 'drop_15.wcfg')
    writeFileSync(theirs, known('drop_15').replace('NetworkMode="0"', 'NetworkMode="3"'))
    await inside(async (shell) => {
      for (let i = 0; i < 2; i++)
        await shell.run(['sh', '-c', '"$1" -dc "$2" </dev/null >/dev/null 2>&1 &', 'sh', emulator, theirs])
      await expect.poll(pids).toHaveLength(2)
      expect(await readInForce(shell, emulator)).toEqual({ kind: 'several', count: 2 })
      await applyWcfg(shell, emulator, readFileSync(theirs, 'utf8'))
      expect(pids()).toHaveLength(1)
      await setImpairment(shell, emulator, link, { toIsp: GOOD, toRouter: GOOD })
      const now = await readInForce(shell, emulator)
      expect(now.kind === 'file' && now.text).toContain('NetworkMode="3"')
      const reading = linkReading(link, now)
      expect(readsGood(reading)).toBe(true)
    })
    expect(existsSync(theirs)).toBe(true)
  }, 30_000)

  it('goes back to the one before when a file breaks the emulator, and says so', async (test) => {
    const { expect } = test
    const { emulator, pids, inside } = wanulator(test)
    await inside(async (shell) => {
      await applyWcfg(shell, emulator, known('good'))
      const error = await failure(applyWcfg(shell, emulator, known('good').replace('NetworkMode="0"', 'BROKEN="1"')))
      expect([error.code, error.stderrTail]).toEqual(['command-failed', expect.stringContaining('cannot parse')])
      expect(error.message).toContain('did not come into force')
      expect(await readInForce(shell, emulator)).toMatchObject({ kind: 'file', text: known('good') })
    })
    expect(pids()).toHaveLength(1)
  }, 30_000)

  it('is not left cut by a cancel in the middle of a change', async (test) => {
    const { expect } = test
    const { emulator, pty, pids, inside } = wanulator(test)
    const console = { name: 'WANulator', host: 'pve', credentials: { user: 'root', password: 'pw' } }
    await inside((shell) => applyWcfg(shell, emulator, known('good')))
    const [first] = pids()
    const cancel = new AbortController()
    const error = failure(inside((shell) => applyWcfg(shell, emulator, known('drop_15')), cancel.signal))
    await expect.poll(() => pids()[0] !== first, { timeout: 10_000, interval: 5 }).toBe(true)
    cancel.abort()
    expect((await error).code).toBe('cancelled')
    await expect.poll(pids, { timeout: 5000 }).toHaveLength(1)
    expect(await withConsole(pty.open, console, async ({ found }) => found)).toBe('login')
    expect(await inside((shell) => readInForce(shell, emulator))).toMatchObject({
      kind: 'file',
      text: known('drop_15'),
    })
  }, 30_000)

  it('waits for a change that goes on, so that there are never two of them', async (test) => {
    const { expect } = test
    const { emulator, pids, inside } = wanulator(test)
    await inside((shell) => applyWcfg(shell, emulator, known('good')))
    const cancel = new AbortController()
    const error = failure(
      inside((shell) => {
        const run: WanulatorShell['run'] = (argv, timeoutMs) => {
          if (isReplacement(argv)) setTimeout(() => cancel.abort(), 100)
          return shell.run(argv, timeoutMs)
        }
        return applyWcfg(
          { found: shell.found, must: shell.must.bind(shell), push: shell.push.bind(shell), run },
          emulator,
          known('drop_15'),
        )
      }, cancel.signal),
    )
    expect((await error).code).toBe('cancelled')
    const counts: number[] = []
    const timer = setInterval(() => counts.push(pids().length), 50)
    await inside((shell) => setImpairment(shell, emulator, link, { toIsp: GOOD, toRouter: GOOD }))
    clearInterval(timer)
    expect(Math.max(...counts)).toBe(1)
    expect(pids()).toHaveLength(1)
    expect(readsGood(linkReading(link, await inside((shell) => readInForce(shell, emulator))))).toBe(true)
  }, 30_000)

  it('is reached over SSH and its serial socket, with the password that the lab file names', async (test) => {
    const { expect } = test
    const { emulator, pty } = wanulator(test)
    const server = await startTestServer({
      id: 'pve',
      onExec: (command, channel) => {
        if (!command.includes('socat')) {
          channel.exit(0)
          return channel.end()
        }
        expect(command).toContain('UNIX-CONNECT:/var/run/qemu-server/103.serial0')
        void pty
          .open(
            (text) => channel.write(text),
            () => channel.end(),
          )
          .then((line) => channel.on('data', (data: Buffer) => line.write(data.toString())))
      },
    })
    const example = WanLabSchema.parse(exampleWanLab())
    const { wan } = example
    const lab = { ...example, hosts: [server.host], wan: { ...wan, console: { ...wan.console, emulator } } }
    const pool = new SshPool(lab.hosts)
    const read = (env: Record<string, string>) =>
      withWanulator({ pool, lab }, link.wanulator, { tag: 'test/wan', env }, readInForce)
    try {
      expect(await read({ WANULATOR_PASSWORD: 'pw' })).toEqual({ kind: 'none' })
      const unset = await failure(read({}))
      expect([unset.code, unset.message]).toEqual([
        'console-auth',
        expect.stringContaining('WANULATOR_PASSWORD is not set'),
      ])
      const wrong = await failure(read({ WANULATOR_PASSWORD: 'swordfish' }))
      expect([wrong.code, wrong.message]).toEqual([
        'console-auth',
        expect.stringContaining('Versa-1 – Starlink-1 (VM 103)'),
      ])
    } finally {
      await pool.dispose()
      await server.stop()
    }
  }, 30_000)

  it('is not trusted when its file was changed behind it', async (test) => {
    const { expect } = test
    const { directory, emulator, pids, inside } = wanulator(test)
    await inside(async (shell) => {
      const theirs = join(directory, 'theirs.wcfg')
      writeFileSync(theirs, known('good'))
      await shell.run(['sh', '-c', '"$1" -dc "$2" </dev/null >/dev/null 2>&1 &', 'sh', emulator, theirs])
      await expect.poll(pids).toHaveLength(1)
      expect((await readInForce(shell, emulator)).kind).toBe('file')
      await shell.must(['touch', '-d', '+10 seconds', theirs])
      expect(await readInForce(shell, emulator)).toMatchObject({
        kind: 'unknown',
        reason: expect.stringContaining('was changed'),
      })
      await shell.must(['rm', theirs])
      expect(await readInForce(shell, emulator)).toMatchObject({
        kind: 'unknown',
        reason: expect.stringContaining('is gone'),
      })
    })
  }, 30_000)
})

describe('what a WANulator says', () => {
  const head = 'emulator 812 1700000000 1699999990 /root/a b.wcfg'

  it('is read with a blank in the file name, and refused when it is cut', () => {
    const base64 = Buffer.from('<a/>').toString('base64')
    const [found] = parseEmulators(`${head}\n| ${base64}\nend\n`)
    expect(found).toEqual({
      pid: 812,
      startedS: 1_700_000_000,
      changedS: 1_699_999_990,
      file: '/root/a b.wcfg',
      text: '<a/>',
    })
    expect(() => parseEmulators(`${head}\n| ${base64}`)).toThrowError(/did not say/)
    expect(inForce(parseEmulators('end'))).toEqual({ kind: 'none' })
  })

  it('hints at commands that can be typed', () => {
    const hint = 'Look at it ("qm terminal ID"; ss -xp | grep ID.serial0).'
    expect(withId(new AppError('console-wedged', 'no prompt', { hint }), 103)).toMatchObject({
      ...{ code: 'console-wedged', message: 'no prompt' },
      hint: 'Look at it ("qm terminal 103"; ss -xp | grep 103.serial0).',
    })
    const other = new AppError('cancelled', 'cancelled')
    expect(withId(other, 103)).toBe(other)
  })

  it('is no impairment when its file is for other interfaces', () => {
    const now = { kind: 'file', file: '/root/x.wcfg', text: known('good').replace('ens18', 'eth0') } as const
    expect(linkReading(link, now)).toMatchObject({ kind: 'unreadable' })
    expect(wcfgFor(link, DROP_15, now)).toContain('Name="ens18"')
  })

  it('sets each direction on the interface that its traffic leaves by', () => {
    const impairment = {
      toIsp: DirectionSchema.parse({ delayMs: 150 }),
      toRouter: DirectionSchema.parse({ lossPercent: 7 }),
    }
    const text = wcfgFor(link, impairment, { kind: 'none' })
    const ofEns19 = text.slice(text.indexOf('Name="ens19"'))
    expect(ofEns19).toContain('DelayValue="15"')
    expect(ofEns19).not.toContain('Chance="7"')
    expect(text).toContain('Chance="7"')
  })
})
