import type { ServerChannel } from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'
import type { WanLab } from '../domain/lab'
import type { CaptureFiles } from '../domain/ports'
import { FRAMES, pcapBytes } from '../drivers/pcap/testing/pcap-bytes'
import { testLab } from '../drivers/test-lab'
import { SshPool } from '../transport/pool'
import { startTestServer } from '../transport/test-server'
import type { RunSession } from './session'
import { WanCapture } from './wan-capture'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

const end = (channel: ServerChannel, code: number) => {
  channel.exit(code)
  channel.end()
}
const sayTotals = (channel: ServerChannel) => {
  channel.stderr.write('1 packet captured\n1 packet received by filter\n0 packets dropped by kernel\n')
  end(channel, 0)
}

/** A capture of one direction of one NIC. `endsAfterMs`: tcpdump is ended by somebody else. */
async function started({ endsAfterMs, captures }: { endsAfterMs?: number; captures?: CaptureFiles }) {
  let running: ServerChannel | null = null
  const server = await startTestServer({
    id: 'pve',
    onExec(command, channel) {
      if (command.includes('tcpdump')) {
        running = channel
        channel.stderr.write('tcpdump: listening on r1, link-type EN10MB (Ethernet), snapshot length 96 bytes\n')
        channel.write(pcapBytes([{ stampMs: Date.now(), wire: 1400, data: FRAMES.ethernetUdp }]))
        if (endsAfterMs !== undefined) setTimeout(() => sayTotals(channel), endsAfterMs)
      } else if (command.includes('pkill') && running) {
        sayTotals(running)
        running = null
        end(channel, 0)
      } else end(channel, 1)
    },
  })
  const pool = new SshPool([server.host])
  ends.push(async () => {
    await pool.dispose()
    await server.stop()
  })
  const lab = { ...testLab(), hosts: [server.host], wan: { pve: { host: 'pve' } } }
  const session = {
    ...{ runId: 'r', lab, clocks: [], deps: { captures }, signal: new AbortController().signal },
    ...{ access: () => ({ pool, lab }), tag: (what: string) => `r/${what}`, push: () => {} },
  } as unknown as RunSession<WanLab>
  const capture = new WanCapture(session, [{ nic: 'r1', direction: 'in' }], 60_000)
  ends.unshift(() => capture.end())
  await capture.start(session.signal)
  return capture
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a capture of a WAN run', () => {
  it('that is ended when it is asked to says what it dropped', async () => {
    const capture = await started({})
    const { nics } = await capture.stop()
    expect(nics).toMatchObject([{ nic: 'r1', packets: 1, bytes: 1400, dropped: 0, error: null, file: null }])
  })

  it('that somebody else ended has broken off, however politely', async () => {
    const capture = await started({ endsAfterMs: 20 })
    await pause(200)
    const { nics } = await capture.stop()
    expect(nics).toMatchObject([{ packets: 1, dropped: 0, error: 'it ended before it was asked to' }])
  })

  it('goes on without a file where none can be opened', async () => {
    const captures: CaptureFiles = {
      open: () => Promise.reject(new Error('ENOSPC')),
      read: () => Promise.reject(new Error('none')),
    }
    const { nics } = await (await started({ captures })).stop()
    expect(nics).toMatchObject([{ packets: 1, error: null, file: null }])
  })
})
