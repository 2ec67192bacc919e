import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connectSsh } from './ssh'
import type { SshRemote } from './ssh-remote'
import { failure, startTestServer, type TestServer, type TestServerOptions } from './test-server'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close()
})

async function connected(options: TestServerOptions = {}): Promise<{ server: TestServer; remote: SshRemote }> {
  const server = await startTestServer(options)
  opened.push({ close: () => server.stop() })
  const remote = await connectSsh(server.host, { hosts: [server.host] })
  opened.push(remote)
  return { server, remote }
}

describe('exec', () => {
  it('gives a non-zero exit as a result and takes stdin', async () => {
    const { remote } = await connected()
    const failed = await remote.exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], { timeoutMs: 2000 })
    expect(failed).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', truncated: false })
    expect(failed.endedMs).toBeGreaterThan(failed.startedMs)
    expect((await remote.exec(['cat'], { timeoutMs: 2000, stdin: 'über\n' })).stdout).toBe('über\n')
  })

  it('takes an end by a signal for a result, an end without a status for a loss', async () => {
    const killed = await connected({
      onExec: (_command, channel) => {
        channel.exit('TERM', false, '')
        channel.end()
      },
    })
    const result = await killed.remote.exec(['true'], { timeoutMs: 2000 })
    expect([result.exitCode, result.signal]).toEqual([null, 'SIGTERM'])
    const mute = await connected({ onExec: (_command, channel) => channel.end() })
    expect((await failure(mute.remote.exec(['true'], { timeoutMs: 2000 }))).code).toBe('ssh-lost')
  })

  it('ends with its budget and leaves the connection usable', async () => {
    const { remote } = await connected()
    const error = await failure(remote.exec(['sleep', '30'], { timeoutMs: 100 }))
    expect([error.code, error.command, error.host]).toEqual(['command-timeout', 'sleep 30', 'test-host'])
    expect((await remote.exec(['true'], { timeoutMs: 2000 })).exitCode).toBe(0)
  })

  it('can be cancelled before and while it runs', async () => {
    const { remote } = await connected()
    const running = remote.exec(['sleep', '30'], { timeoutMs: 9000, signal: AbortSignal.timeout(50) })
    expect((await failure(running)).code).toBe('cancelled')
    const early = remote.exec(['true'], { timeoutMs: 9000, signal: AbortSignal.abort() })
    expect((await failure(early)).code).toBe('cancelled')
  })

  it('keeps 10 MB of a flood and says that there was more', async () => {
    const { remote } = await connected()
    const flood = ['head', '-c', '12000000', '/dev/zero']
    const result = await remote.exec(flood, { timeoutMs: 20_000 })
    expect([result.stdout.length, result.truncated, result.exitCode]).toEqual([10_000_000, true, 0])
  })

  it('rejects with ssh-lost when the peer cuts the connection', async () => {
    const { server, remote } = await connected()
    const running = remote.exec(['sleep', '30'], { timeoutMs: 9000 })
    setTimeout(() => server.drop(), 100)
    expect((await failure(running)).code).toBe('ssh-lost')
    expect(remote.isAlive).toBe(false)
    expect((await failure(remote.exec(['true'], { timeoutMs: 1000 }))).code).toBe('ssh-lost')
  })

  it('notices a peer that went silent within 5 s', async () => {
    const { server, remote } = await connected()
    const running = remote.exec(['sleep', '30'], { timeoutMs: 20_000 })
    const startMs = Date.now()
    setTimeout(() => server.freeze(), 100)
    expect((await failure(running)).code).toBe('ssh-lost')
    expect(Date.now() - startMs).toBeLessThan(5000)
  }, 10_000)

  it('holds no peer for lost that still sends, though it answers nothing', async () => {
    const { server, remote } = await connected()
    const printed: string[] = []
    const command = ['sh', '-c', 'for i in 1 2 3 4 5 6; do sleep 1; echo $i; done']
    await remote.stream(command, { onLine: (line) => printed.push(line) })
    setTimeout(() => server.deafen(), 100)
    await vi.waitFor(() => expect(printed).toHaveLength(6), { timeout: 9000 })
    expect(remote.isAlive).toBe(true)
  }, 10_000)

  it('says so when the host refuses a further channel', async () => {
    const { remote } = await connected({ maxSessions: 2 })
    const held = [1, 2].map(() => remote.exec(['sleep', '1'], { timeoutMs: 5000 }))
    const error = await failure(remote.exec(['true'], { timeoutMs: 2000 }))
    expect([error.code, error.hint]).toEqual(['ssh-connect', expect.stringContaining('MaxSessions')])
    expect((await Promise.all(held)).map(({ exitCode }) => exitCode)).toEqual([0, 0])
  })
})

describe('files', () => {
  it('are written whole, with their mode, and read back', async () => {
    const { remote } = await connected()
    const path = join(mkdtempSync(join(tmpdir(), 'put-')), "it's a file")
    await remote.put(path, 'line\n$(not run)\n', '640')
    expect(readFileSync(path, 'utf8')).toBe('line\n$(not run)\n')
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(await remote.get(path)).toBe('line\n$(not run)\n')
    const error = await failure(remote.put('/nowhere/at/all', 'x', '600'))
    expect([error.code, error.stderrTail]).toEqual(['command-failed', expect.stringContaining('/nowhere/at/all')])
  })
})

describe('stream', () => {
  it('hands on lines with the time of their arrival, in the order of both outputs', async () => {
    const { remote } = await connected()
    const lines: [string, number][] = []
    const errors: string[] = []
    const stream = await remote.stream(['sh', '-c', 'echo a; sleep 0.2; echo b; echo e >&2; printf last'], {
      onLine: (line, receivedMs) => lines.push([line, receivedMs]),
      onStderr: (line) => errors.push(line),
    })
    expect(await stream.done).toEqual({ exitCode: 0, signal: null })
    expect(lines.map(([line]) => line)).toEqual(['a', 'b', 'last'])
    expect(errors).toEqual(['e'])
    expect((lines[1]?.[1] ?? 0) - (lines[0]?.[1] ?? 0)).toBeGreaterThan(150)
  })

  it('hands on bytes as they come, for what has no lines', async () => {
    const { remote } = await connected()
    const chunks: Uint8Array[] = []
    const script = `printf '\\377\\000login: '; read -r line; printf '<%s>' "$line"`
    const stream = await remote.stream(['sh', '-c', script], { onData: (chunk) => chunks.push(chunk), keepStdin: true })
    await expect.poll(() => chunks.length).toBeGreaterThan(0)
    stream.write('root\n')
    await stream.done
    expect(Buffer.concat(chunks)).toEqual(Buffer.from('\xff\0login: <root>', 'latin1'))
  })

  it('can be written to while it runs, if asked for', async () => {
    const { remote } = await connected()
    const lines: string[] = []
    const stream = await remote.stream(['cat'], { onLine: (line) => lines.push(line), keepStdin: true })
    stream.write('one\n')
    await expect.poll(() => lines).toEqual(['one'])
    stream.close()
    await stream.done
  })

  it('ends when it is closed or cancelled', async () => {
    const { remote } = await connected()
    const lines: string[] = []
    const closed = await remote.stream(['sh', '-c', 'echo up; exec sleep 30'], { onLine: (line) => lines.push(line) })
    await expect.poll(() => lines).toEqual(['up'])
    closed.close()
    expect(await closed.done).toEqual({ exitCode: null, signal: null })
    const cancelled = await remote.stream(['sleep', '30'], { onLine: () => {}, signal: AbortSignal.timeout(50) })
    expect(await cancelled.done).toEqual({ exitCode: null, signal: null })
  })

  it('rejects when the connection drops, after the lines that had come', async () => {
    const { server, remote } = await connected()
    const lines: string[] = []
    const stream = await remote.stream(['sh', '-c', 'echo one; printf half; sleep 30'], {
      onLine: (line) => lines.push(line),
    })
    setTimeout(() => server.drop(), 200)
    expect((await failure(stream.done)).code).toBe('ssh-lost')
    expect(lines).toEqual(['one', 'half'])
  })

  it('loses nothing of a flood and leaves room for others', async () => {
    const { remote } = await connected()
    let count = 0
    let sum = 0
    const stream = await remote.stream(['seq', '1', '1000000'], {
      onLine: (line) => {
        count++
        sum += Number(line)
      },
    })
    const beside = await remote.exec(['echo', 'ok'], { timeoutMs: 5000 })
    expect(beside.stdout).toBe('ok\n')
    await stream.done
    expect([count, sum]).toEqual([1_000_000, 500_000_500_000])
  }, 20_000)
})

describe('shell', () => {
  it('takes and gives', async () => {
    const { remote } = await connected()
    let said = ''
    const shell = await remote.shell({ onData: (chunk) => (said += Buffer.from(chunk).toString()) })
    shell.write('hello')
    await expect.poll(() => said).toBe('you said hello')
    shell.close()
    await shell.done
  })
})
