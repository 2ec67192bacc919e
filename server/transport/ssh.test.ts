import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Host } from '../domain/lab'
import { fingerprint } from './host-key'
import { connectSsh } from './ssh'
import type { SshRemote } from './ssh-remote'
import { failure, startTestServer, type TestServer, type TestServerOptions } from './test-server'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close()
})

async function server(options: TestServerOptions = {}): Promise<TestServer> {
  const started = await startTestServer(options)
  opened.push({ close: () => started.stop() })
  return started
}

async function connect(host: Host, more: Partial<Parameters<typeof connectSsh>[1]> = {}): Promise<SshRemote> {
  const remote = await connectSsh(host, { hosts: [host], ...more })
  opened.push(remote)
  return remote
}

describe('connecting', () => {
  it('takes the host key as a public key line and as a fingerprint', async () => {
    const { host } = await server()
    const blob = Buffer.from(host.hostKey.split(' ')[1] ?? '', 'base64')
    const remote = await connect({ ...host, hostKey: fingerprint(blob) })
    expect((await remote.exec(['echo', 'hi'], { timeoutMs: 2000 })).stdout).toBe('hi\n')
    expect((await connect(host)).isAlive).toBe(true)
  })

  it('refuses another host key and shows the one it saw', async () => {
    const { host } = await server()
    const error = await failure(connect({ ...host, hostKey: 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }))
    expect(error.code).toBe('ssh-host-key')
    expect(error.message).toMatch(/shows ssh-ed25519 SHA256:/)
    expect(error.hint).toMatch(/ssh-keygen -lf/)
  })

  it('says that the key was refused', async () => {
    const { host } = await server({ accepts: () => false })
    const error = await failure(connect(host))
    expect(error.code).toBe('ssh-auth')
    expect(error.message).toContain(`refused key ${host.keyFile}`)
  })

  it('names a key file that is missing, a variable that is not set, an agent that is not there', async () => {
    const { host } = await server()
    const missing = await failure(connect({ ...host, keyFile: '/nowhere/key' }))
    expect([missing.code, missing.message]).toEqual(['ssh-auth', expect.stringContaining('/nowhere/key')])
    const password = { ...host, keyFile: undefined, passwordEnv: 'NO_SUCH_PASSWORD' }
    expect((await failure(connect(password))).message).toContain('NO_SUCH_PASSWORD')
    const agent = { ...host, keyFile: undefined, agent: true }
    expect((await failure(connect(agent, { env: {} }))).message).toContain('SSH_AUTH_SOCK')
  })

  it('logs in with a password from the environment', async () => {
    const { host } = await server({ accepts: (c) => c.method === 'password' && c.password === 'lab secret' })
    const remote = await connect(
      { ...host, keyFile: undefined, passwordEnv: 'LAB_PW' },
      { env: { LAB_PW: 'lab secret' } },
    )
    const error = await failure(remote.exec(['sh', '-c', 'sleep 5', 'lab secret'], { timeoutMs: 50 }))
    expect(error.command).not.toContain('lab secret')
    const echoed = await remote.exec(['echo', 'the lab secret'], { timeoutMs: 2000 })
    expect(echoed.stdout).toBe('the •••\n')
    const lines: string[] = []
    await (await remote.stream(['echo', 'lab secret'], { onLine: (line) => lines.push(line) })).done
    expect(lines).toEqual(['•••'])
  })

  it('tells a closed port from a name that is none', async () => {
    const { host } = await server()
    const closed = await failure(connect({ ...host, port: 1 }))
    expect([closed.code, closed.message]).toEqual(['ssh-connect', expect.stringContaining('refuses connections')])
    const unknown = await failure(connect({ ...host, host: 'no-such-host.invalid' }))
    expect(unknown.message).toContain('cannot be resolved')
  })

  it('gives a mute server up', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => mute.once('listening', resolve))
    opened.push({ close: async () => mute.close() })
    const { host } = await server()
    const address = mute.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const error = await failure(connect({ ...host, port }, { muteTimeoutMs: 200 }))
    expect([error.code, error.message]).toEqual(['ssh-timeout', expect.stringContaining('stays mute')])
  })

  it('waits longer for a login than for a sign of life', async () => {
    const { host } = await server({ loginMs: 400 })
    const remote = await connect(host, { muteTimeoutMs: 200 })
    expect((await remote.exec(['echo', 'in'], { timeoutMs: 2000 })).stdout).toBe('in\n')
    const error = await failure(connect(host, { muteTimeoutMs: 200, readyTimeoutMs: 300 }))
    expect([error.code, error.message]).toEqual(['ssh-timeout', expect.stringContaining('did not finish the login')])
  })

  it('can be cancelled', async () => {
    const { host } = await server({ accepts: () => true })
    const error = await failure(connect(host, { signal: AbortSignal.abort() }))
    expect(error.code).toBe('cancelled')
  })

  it('goes through a jump host', async () => {
    const target = await server({ id: 'inner' })
    const jump = await server({ id: 'jump' })
    const inner = { ...target.host, jump: 'jump' }
    const remote = await connect(inner, { hosts: [inner, jump.host] })
    expect((await remote.exec(['echo', 'through'], { timeoutMs: 2000 })).stdout).toBe('through\n')
    expect(jump.connections()).toBe(1)
  })
})
