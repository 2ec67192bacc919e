import { type ChildProcess, execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { WanLabSchema } from '../../domain/lab'
import { startPtyConsole } from '../console/testing/pty-console'
import { exampleWanLab } from '../pve/test-wan'
import { revertScript } from '../revert'
import { parseWcfg } from './wcfg'
import { formOf } from './wcfg-form'

const VM = 103
const EMULATOR = `#!/bin/sh
[ "$1" = -dc ] || exit 2
while :; do sleep 0.2; done
`
const SOCAT = `#!${process.execPath}
const socket = require('node:net').connect(process.argv[3].slice('UNIX-CONNECT:'.length))
process.stdin.pipe(socket)
socket.pipe(process.stdout)
socket.on('error', (error) => { console.error(error.message); process.exit(1) })
socket.on('close', () => process.exit(0))
process.stdin.on('end', () => setTimeout(() => process.exit(0), 300))
`

/** Its VM is off until it is started. */
const QM = `#!/bin/sh
here=\${0%/*}
echo "$*" >>"$here/qm.log"
case $1 in
  status) if [ -e "$here/on" ]; then echo 'status: running'; else echo 'status: stopped'; fi ;;
  start) : >"$here/on" ;;
esac
`

/** A PVE host for the test alone: a lease directory, a serial socket with a real terminal behind it, and a socat. */
async function pveHost({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, password = 'pw it"s $x') {
  const directory = mkdtempSync(join(tmpdir(), 'failover-lab-revert-'))
  const name = `wanu-${randomBytes(4).toString('hex')}`
  const emulator = join(directory, name)
  const lease = join(directory, 'lease')
  mkdirSync(lease)
  writeFileSync(emulator, EMULATOR)
  chmodSync(emulator, 0o755)
  for (const [program, text] of Object.entries({ socat: SOCAT, qm: QM })) {
    writeFileSync(join(directory, program), text)
    chmodSync(join(directory, program), 0o755)
  }
  writeFileSync(join(lease, 'secret'), password)
  const pty = startPtyConsole('pw it"s $x')
  const server = createServer((socket) => {
    void pty
      .open(
        (text) => socket.write(text),
        () => socket.end(),
      )
      .then((line) => {
        socket.on('data', (chunk) => line.write(chunk.toString('utf8')))
        socket.on('close', () => line.close())
        socket.on('error', () => line.close())
      })
  })
  await new Promise<void>((resolve) => server.listen(join(directory, `${VM}.serial0`), resolve))
  const pids = (): string[] => {
    try {
      return execFileSync('pgrep', ['-x', name], { encoding: 'utf8' }).trim().split('\n')
    } catch {
      return []
    }
  }
  const children: ChildProcess[] = []
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL')
    server.close()
    pty.stop()
    if (pids().length > 0) execFileSync('pkill', ['-9', '-x', name])
    rmSync(directory, { recursive: true, force: true })
  })
  const example = exampleWanLab()
  const lab = WanLabSchema.parse({
    ...example,
    wan: { ...(example.wan as object), console: { passwordEnv: 'X', emulator } },
  })
  const script = revertScript(lab, 'run1', [{ kind: 'link-good', vm: VM }]).replaceAll(
    '/var/run/qemu-server/',
    `${directory}/`,
  )
  const file = join(lease, 'revert.sh')
  const run = (text = script) =>
    new Promise<{ exitCode: number; output: string }>((resolve) => {
      writeFileSync(file, text)
      const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` }
      const child = execFile('sh', [file, lease], { env }, (error, stdout, stderr) =>
        resolve({ exitCode: error ? Number(error.code) : 0, output: stdout + stderr }),
      )
      children.push(child)
    })
  return { directory, emulator, lease, pids, pty, run, script }
}

describe.skipIf(process.platform !== 'linux').concurrent('the revert of a link, by sh and socat alone', () => {
  it('starts the VM where it is off, logs in, puts a good configuration in force with one emulator, and logs out', {
    timeout: 60_000,
  }, async (test) => {
    const { expect } = test
    const { emulator, directory, pids, pty, run } = await pveHost(test)
    execFileSync('sh', ['-c', `for n in 1 2; do setsid "$0" -dc /bad.wcfg </dev/null >/dev/null 2>&1 & done`, emulator])
    expect(await run()).toMatchObject({ exitCode: 0, output: `restored: WANulator ${VM} good\n` })
    expect(readFileSync(join(directory, 'qm.log'), 'utf8')).toMatch(new RegExp(`^status ${VM}\\nstart ${VM}\\n`))
    expect(pids()).toHaveLength(1)
    expect(readFileSync(`/proc/${pids()[0]}/cmdline`, 'utf8')).toContain('failover-lab-good.wcfg')
    const wcfg = parseWcfg(readFileSync(join(directory, 'failover-lab-good.wcfg'), 'utf8'))
    expect(wcfg.interfaces.map(({ name }) => name)).toEqual(['ens18', 'ens19'])
    for (const { functions } of wcfg.interfaces) expect(formOf(functions).direction.lossPercent).toBe(0)
    expect(pty.sent().trimEnd().endsWith('exit')).toBe(true)
  })

  it('works on a console that somebody left logged in, in the middle of a command', {
    timeout: 60_000,
  }, async (test) => {
    const { expect } = test
    const { pids, pty, run } = await pveHost(test)
    await new Promise((resolve) => setTimeout(resolve, 500))
    pty.type('root\r')
    await new Promise((resolve) => setTimeout(resolve, 300))
    pty.type('pw it"s $x\r')
    await new Promise((resolve) => setTimeout(resolve, 800))
    pty.type('sleep 1000\r')
    expect(await run()).toMatchObject({ exitCode: 0 })
    expect(pids()).toHaveLength(1)
  })

  it('says so when it is not let in', { timeout: 90_000 }, async (test) => {
    const { expect } = test
    const { lease, pids, run, script } = await pveHost(test, 'wrong')
    const once = script.replace('-ge 30', '-ge 1').replace('"$looks" -lt 60', '"$looks" -lt 20')
    const { exitCode, output } = await run(once)
    expect([exitCode, output]).toEqual([1, `gave up: WANulator ${VM} good\n`])
    expect(pids()).toEqual([])
    expect(existsSync(join(lease, `good.${VM}`))).toBe(false)
  })
})
