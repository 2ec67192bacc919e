import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { armedArgv, armedScriptArgv, goLine, parseArmedLine, prepareArgv, underHome } from './armed'

const home = () => mkdtempSync(path.join(tmpdir(), 'armed-'))

/** Runs an argv in a home of its own with the real shell; the line that begins it comes once it waits. */
async function begun(argv: readonly string[], cwd = home(), password: string | null = null) {
  const [program = '', ...args] = argv
  const child = spawn(program, args, { cwd, env: { ...process.env, HOME: cwd } })
  let out = ''
  let err = ''
  let waitedFor = ''
  child.stdout.on('data', (data) => {
    out += data
    if (waitedFor === '' && out.includes('armed\n')) {
      waitedFor = out
      setTimeout(() => child.stdin.write(goLine(password)), 50)
    }
  })
  child.stderr.on('data', (data) => {
    err += data
  })
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines = out.split('\n').slice(0, -1)
  const marks = lines.flatMap((line) => parseArmedLine(line) ?? [])
  return { exitCode, err, waitedFor, marks, cwd, printed: lines.filter((line) => parseArmedLine(line) === null) }
}

const place = { workdir: null, logfile: null, env: {} }

describe('an armed command', () => {
  it('waits for its beginning and says when it was', async () => {
    const { exitCode, marks, printed, waitedFor } = await begun(
      armedArgv(['sh', '-c', 'echo "$1"; cat; exit 3', 'sh', "it's $HOME"]),
    )
    expect([exitCode, printed]).toEqual([3, ["it's $HOME"]])
    expect(waitedFor).toBe('\u001earmed\n')
    expect(marks.map(({ kind }) => kind)).toEqual(['armed', 'begin'])
    const [, begin] = marks
    expect(begin?.kind === 'begin' && Math.abs(begin.clockMs - Date.now()) < 10_000).toBe(true)
  })

  it('that is a script keeps its shell from command to command, and stops at the first that fails', async () => {
    const argv = armedScriptArgv(
      ['X=3', 'cd /', 'echo "$X $TAG $(pwd)"', 'read -r y || echo none', 'false', 'echo never'],
      {
        ...place,
        env: { TAG: "a 'b' $c" },
      },
    )
    const { exitCode, printed, marks } = await begun(argv)
    expect([exitCode, printed]).toEqual([1, ["3 a 'b' $c /", 'none']])
    expect(marks.at(-1)).toEqual({ kind: 'at', index: 4 })
  })

  it('writes its logfile, and prints what was added to it at the end', async () => {
    const cwd = home()
    mkdirSync(path.join(cwd, 'work'))
    const argv = armedScriptArgv(['echo one', 'cd /', 'ls /nowhere-at-all'], {
      ...place,
      workdir: '~/work',
      logfile: 'logs/out.log',
    })
    await begun(argv, cwd)
    const { exitCode, printed, err } = await begun(argv, cwd)
    expect(exitCode).toBe(2)
    expect(printed[0]).toBe('one')
    expect(printed).toHaveLength(2)
    expect(err).toBe('')
    expect(readFileSync(path.join(cwd, 'work/logs/out.log'), 'utf8').match(/^one$/gm)).toHaveLength(2)
  })

  it('gets a password by the line that begins it, in no argument', async () => {
    const argv = armedScriptArgv(['echo "<$FAILOVER_LAB_CONSOLE_PASSWORD>"'], place)
    expect(argv.join(' ')).not.toContain('s3cret')
    expect((await begun(argv, home(), 's3cret x')).printed).toEqual(['<s3cret x>'])
  })

  it('that nobody can read fails where it is', async () => {
    const { exitCode, marks, err } = await begun(armedScriptArgv(['echo one', 'if true; then'], place))
    expect(exitCode).not.toBe(0)
    expect(err).toContain('syntax error')
    expect(marks.at(-1)).toMatchObject({ kind: 'at' })
  })

  it('has its directory made, and says which files are missing', async () => {
    const cwd = home()
    const run = (files: string[]) => begun(prepareArgv('~/a b/c', files), cwd)
    expect(await run([])).toMatchObject({ exitCode: 0, printed: [] })
    expect(await run(['x', 'y z'])).toMatchObject({ exitCode: 1, printed: ['x', 'y z'] })
    expect(['~', '~/x', '/y', 'z', ''].map(underHome)).toEqual(['.', 'x', '/y', 'z', ''])
  })
})
