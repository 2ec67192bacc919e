import { afterEach, describe, expect, it } from 'vitest'
import { SshPool } from '../../transport/pool'
import { failure, startTestServer, type TestServer } from '../../transport/test-server'
import { testLab } from '../test-lab'
import { socketClients } from './holders'
import { openConsole } from './serial-console'
import { serialLine, serialSocket } from './serial-line'

const PATH = serialSocket(103)
const LISTENING = `u_str LISTEN 0 1 ${PATH} 24001 * 0 users:(("kvm",pid=2001,fd=12))`
const HELD = [
  LISTENING,
  `u_str ESTAB 0 0 ${PATH} 24815 * 24814 users:(("kvm",pid=2001,fd=21))`,
  `u_str ESTAB 0 0     * 24814 * 24815 users:(("socat",pid=3107,fd=5))   `,
  `u_str ESTAB 0 0 ${serialSocket(1030)} 30001 * 30000 users:(("kvm",pid=2002,fd=21))`,
]

describe('who is on a socket', () => {
  it('is told by program and pid', () => {
    expect(socketClients(HELD.join('\n'), PATH)).toEqual([{ program: 'socat', pid: 3107 }])
    expect(socketClients(HELD.join('\n'), serialSocket(1030))).toEqual([{ program: null, pid: null }])
    expect(socketClients(LISTENING, PATH)).toEqual([])
    expect(socketClients('Netid State\n\ngarbage', PATH)).toBeNull()
  })
})

const stop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of stop.splice(0)) await end()
})

/** A PVE host on which `ss` and `socat` say what the test wants. */
async function pve(
  ss: string,
  socat: string,
  ssMs = 0,
): Promise<{ server: TestServer; line: ReturnType<typeof serialLine> }> {
  const server = await startTestServer({
    id: 'pve',
    onExec: (command, channel) => {
      const isSocat = command.includes('socat')
      const answer = () => {
        if (!isSocat) channel.write(ss)
        else channel.stderr.write(socat)
        channel.exit(isSocat ? 1 : 0)
        channel.end()
      }
      if (isSocat) answer()
      else setTimeout(answer, ssMs)
    },
  })
  const pool = new SshPool([server.host])
  stop.push(async () => {
    await pool.dispose()
    await server.stop()
  })
  const access = { pool, lab: { ...testLab(), hosts: [server.host] } }
  return { server, line: serialLine(access, 'pve', PATH, { tag: 'test/console', timeoutMs: 10_000 }) }
}

const OPTIONS = { name: 'WANulator 103', host: 'pve', credentials: { user: 'root', password: 'x' } }

describe('the line to a serial console', () => {
  it('is refused while a second user is on it', async () => {
    const { line } = await pve(HELD.join('\n'), '')
    const error = await failure(openConsole(line, OPTIONS))
    expect([error.code, error.message]).toEqual(['console-held', expect.stringContaining('socat (pid 3107)')])
  })

  it('is told as held by a host that is too busy to tell at once', async () => {
    const { line } = await pve(HELD.join('\n'), '', 2200)
    const sinceMs = Date.now()
    const error = await failure(openConsole(line, OPTIONS))
    expect([error.code, error.message]).toEqual(['console-held', expect.stringContaining('socat (pid 3107)')])
    expect(Date.now() - sinceMs).toBeLessThan(5500)
  })

  it.each([
    [
      '2026/11/26 14:00:00 socat[9] E connect(5, AF=1 "x"): No such file or directory\n',
      'there is no serial console',
      'qm start',
    ],
    ['2026/11/26 14:00:00 socat[9] E connect(5, AF=1 "x"): Connection refused\n', 'nobody listens', 'qm status'],
    ['2026/11/26 14:00:00 socat[9] E connect(5, AF=1 "x"): Permission denied\n', 'may not open', 'root'],
    ["env: 'socat': No such file or directory\n", 'socat is not installed', 'apt install'],
    ['', 'the line to the serial console ended', undefined],
  ])('says why there is none: %s', async (said, message, hint) => {
    const { line } = await pve(LISTENING, said)
    const error = await failure(openConsole(line, OPTIONS))
    expect([error.code, error.message]).toEqual(['console-lost', expect.stringContaining(message)])
    if (hint) expect(error.hint).toContain(hint)
  })
})
