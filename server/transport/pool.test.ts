import { afterEach, describe, expect, it } from 'vitest'
import { SshPool } from './pool'
import { failure, startTestServer, type TestServer, type TestServerOptions } from './test-server'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close()
})

async function lab(
  options: TestServerOptions & { idleMs?: number } = {},
): Promise<{ server: TestServer; pool: SshPool }> {
  const server = await startTestServer(options)
  const pool = new SshPool([server.host], { idleMs: options.idleMs })
  opened.push({ close: () => server.stop() }, { close: () => pool.dispose() })
  return { server, pool }
}

const budget = { timeoutMs: 5000 }

describe('SshPool', () => {
  it('connects on first use, once for all who come at the same time', async () => {
    const { server, pool } = await lab()
    expect(server.connections()).toBe(0)
    const remote = pool.on('test-host')
    const results = await Promise.all([1, 2, 3].map((n) => remote.exec(['echo', String(n)], budget)))
    expect(results.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n'])
    expect(server.connections()).toBe(1)
  })

  it('keeps control apart from streams, and opens a further connection past 8 channels', async () => {
    const { server, pool } = await lab({ maxSessions: 8 })
    const streams = await Promise.all(
      Array.from({ length: 9 }, () => pool.on('test-host', 'streams').stream(['sleep', '30'], { onLine: () => {} })),
    )
    expect(server.connections()).toBe(2)
    expect((await pool.on('test-host').exec(['echo', 'free'], budget)).stdout).toBe('free\n')
    expect(server.connections()).toBe(3)
    for (const stream of streams) stream.close()
    await Promise.all(streams.map(({ done }) => done))
    await pool.on('test-host', 'streams').exec(['true'], budget)
    expect(server.connections()).toBe(3)
  })

  it('connects again on the next use after a loss', async () => {
    const { server, pool } = await lab()
    const remote = pool.on('test-host')
    await remote.exec(['true'], budget)
    const running = remote.exec(['sleep', '30'], budget)
    setTimeout(() => server.drop(), 50)
    expect((await failure(running)).code).toBe('ssh-lost')
    expect((await remote.exec(['echo', 'again'], budget)).stdout).toBe('again\n')
    expect(server.connections()).toBe(2)
  })

  it('tries again after a failed connect', async () => {
    let isOpen = false
    const { pool } = await lab({ accepts: () => isOpen })
    const remote = pool.on('test-host')
    expect((await failure(remote.exec(['true'], budget))).code).toBe('ssh-auth')
    isOpen = true
    expect((await remote.exec(['true'], budget)).exitCode).toBe(0)
  })

  it('never has more than 8 connects in flight', async () => {
    let inFlight = 0
    let most = 0
    const { server } = await lab()
    const { connectSsh } = await import('./ssh')
    const pool = new SshPool([server.host], {
      async connect(host) {
        most = Math.max(most, ++inFlight)
        const remote = await connectSsh(host, { hosts: [host] })
        inFlight--
        return remote
      },
    })
    opened.push({ close: () => pool.dispose() })
    await Promise.all(Array.from({ length: 80 }, () => pool.on('test-host').exec(['true'], { timeoutMs: 20_000 })))
    expect(most).toBeLessThanOrEqual(8)
    expect(server.connections()).toBe(10)
  }, 20_000)

  it('closes what nobody uses, and everything at the end', async () => {
    const { server, pool } = await lab({ idleMs: 50 })
    await pool.on('test-host').exec(['true'], budget)
    await expect.poll(() => server.openConnections()).toBe(0)
    const running = pool.on('test-host').exec(['sleep', '30'], budget)
    await expect.poll(() => server.openConnections()).toBe(1)
    await pool.dispose()
    expect((await failure(running)).code).toBe('ssh-lost')
    expect((await failure(pool.on('test-host').exec(['true'], budget))).code).toBe('ssh-lost')
  })

  it('knows only the hosts of its lab', async () => {
    const { pool } = await lab()
    expect(() => pool.on('other')).toThrow(/no host "other"/)
  })
})
