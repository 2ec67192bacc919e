import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { LabClient, testLab, until } from './testing/client'
import { replies } from './testing/ping-lines'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function start(options: Parameters<typeof testLab>[0] = {}) {
  const t = await testLab(options)
  cleanups.push(t.close)
  return t
}

describe('holds', () => {
  it('holds a named command until it is released', async () => {
    const { lab, client } = await start()
    await lab.control.hold({ match: 'systemctl stop' })
    const stopping = client.inside('bpfrx-fw0', 'systemctl', 'stop', 'bpfrxd')
    expect(await lab.control['wait-held']({ match: 'stop' })).toMatchObject({
      command: expect.stringContaining('systemctl'),
    })
    expect((await client.inside('bpfrx-fw0', 'systemctl', 'is-active', 'bpfrxd')).stdout).toBe('active\n')
    expect(await lab.control.release()).toEqual({ released: 1 })
    expect((await stopping).code).toBe(0)
    expect((await client.inside('bpfrx-fw0', 'systemctl', 'is-active', 'bpfrxd')).stdout).toBe('inactive\n')
  })

  it('a held command whose client dies never runs', async () => {
    const { lab, client } = await start()
    await lab.control.hold({ match: 'touch' })
    const second = await LabClient.connect(lab.labFile)
    void second.run('touch /tmp/never')
    await lab.control['wait-held']({ match: 'touch' })
    second.end()
    await until('it is gone', () => lab.holds.held().length === 0)
    await lab.control.release()
    expect((await client.run('test -e /tmp/never')).code).toBe(1)
  })

  it('can let some pass first, and hold no more than so many', async () => {
    const { lab, client } = await start()
    await lab.control.hold({ match: '^echo', skip: 1, times: 1 })
    expect((await client.run('echo 1')).stdout).toBe('1\n')
    const second = client.run('echo 2')
    expect(await lab.control['wait-held']({ timeoutMs: 5000 })).toEqual({ command: 'echo 2' })
    expect((await client.run('echo 3')).stdout).toBe('3\n')
    await lab.control.release()
    expect((await second).stdout).toBe('2\n')
    const executed = (await lab.control.executed()) as { command: string; exitCode: number }[]
    expect(executed.map((e) => [e.command, e.exitCode])).toEqual([
      ['echo 1', 0],
      ['echo 2', 0],
      ['echo 3', 0],
    ])
  })
})

describe('defects', () => {
  it('a tool that was taken away is not found, until it is installed', async () => {
    const { lab, client } = await start()
    await lab.control.missing({ 'cluster-lan-host': ['iperf3'], 'incus-host': ['pkill'] })
    expect(await client.inside('cluster-lan-host', 'iperf3', '--version')).toMatchObject({ code: 127 })
    expect(await client.inside('cluster-lan-host', 'sh', '-c', 'command -v iperf3')).toMatchObject({ code: 127 })
    expect(await client.run('/usr/bin/pkill --version')).toMatchObject({ code: 127 })
    expect((await client.inside('wan-host', 'iperf3', '--version')).stdout).toMatch(/^iperf 3\.12 /)
    expect((await client.inside('cluster-lan-host', 'apt-get', 'install', '-y', 'iperf3')).code).toBe(0)
    expect((await client.inside('cluster-lan-host', 'iperf3', '--version')).stdout).toMatch(/^iperf 3\.12 /)
    await lab.control.missing({ 'incus-host': [] })
    expect((await client.run('pkill --version')).stdout).toBe('pkill from procps-ng 4.0.2\n')
  })

  it('a server that ends refuses, and listens again as a daemon', async () => {
    const { lab, client } = await start()
    const ask = () => client.inside('cluster-lan-host', 'iperf3', '-c', '172.16.50.1', '-p', '5202', '-t', '1')
    await lab.control.server({ port: 5202, on: false })
    expect(await ask()).toMatchObject({ code: 1, stderr: expect.stringContaining('Connection refused') })
    expect((await client.inside('wan-host', 'iperf3', '-s', '-D', '-p', '5202')).code).toBe(0)
    expect(await ask()).toMatchObject({ code: 0, stdout: expect.stringContaining('iperf Done.') })
  })

  it('an instance can be powered off and on, a clock set right', async () => {
    const { lab, client } = await start()
    await lab.control.instance({ name: 'bpfrx-fw1', running: false })
    expect((await client.inside('bpfrx-fw1', 'true')).stderr).toContain('not running')
    await lab.control.instance({ name: 'bpfrx-fw1', running: true })
    expect((await client.inside('bpfrx-fw1', 'true')).code).toBe(0)
    await lab.control.clock({ machine: 'wan-host', offsetMs: 5000 })
    expect((await client.inside('wan-host', 'chronyc', 'makestep')).stdout).toBe('200 OK\n')
    expect(
      Math.abs(Number((await client.inside('wan-host', 'date', '+%s.%N')).stdout) * 1000 - Date.now()),
    ).toBeLessThan(1000)
  })

  it('administration tools answer as the real ones do', async () => {
    const { client } = await start()
    expect((await client.run('id -un')).stdout).toBe('root\n')
    expect((await client.run('df -Pk /var/tmp')).stdout).toMatch(
      /^Filesystem +1024-blocks +Used +Available +Capacity +Mounted on\n\S+ +\d+ +\d+ +\d+ +\d+% \/\n$/,
    )
    expect(await client.run('df -Pk /nowhere')).toMatchObject({ code: 1, stdout: '' })
    expect((await client.run('timeout --version; env --version; ip -V')).stdout).toBe(
      'timeout (GNU coreutils) 9.1\nenv (GNU coreutils) 9.1\nip utility, iproute2-6.1.0, libbpf 1.1.0\n',
    )
  })
})

describe('processes', () => {
  it('are found and ended by their tag, from the host, in instances too', async () => {
    const { client } = await start()
    const tagged = (tag: string) =>
      client.start(
        `timeout -k 2 -s INT 60 env FAILOVER_LAB_RUN=${tag} incus exec cluster-lan-host -- timeout -k 2 -s INT 60 env FAILOVER_LAB_RUN=${tag} ping -n -i 0.1 8.8.8.8`,
      )
    const mine = await tagged('7f3k/a')
    const other = await tagged('7f3kx/b')
    await until('both run', () => mine.lines.length > 2 && other.lines.length > 2)
    const { stdout } = await client.run("pgrep -a -f '[F]AILOVER_LAB_RUN=7f3k[/ ]'")
    expect(
      stdout
        .trim()
        .split('\n')
        .map((l) => l.replace(/^\d+ /, '').split(' ')[0]),
    ).toEqual(['timeout', 'incus', 'timeout'])
    expect((await client.run("pkill -INT -f '[F]AILOVER_LAB_RUN=7f3k[/ ]'")).code).toBe(0)
    expect(await mine.done).toMatchObject({ code: 0, stdout: expect.stringContaining('ping statistics') })
    expect((await client.run("pgrep -f '[F]AILOVER_LAB_RUN=7f3k[/ ]'")).code).toBe(1)
    expect((await client.run("pkill -KILL -f '[F]AILOVER_LAB_RUN='")).code).toBe(0)
    await other.done
    await until('nobody reads it', async () => (await client.inside('cluster-lan-host', 'pgrep', 'ping')).code === 1)
  })

  it('end on an SSH signal, on their timeout, and when nobody reads them', async () => {
    const { lab, client } = await start()
    const signalled = await client.start('incus exec cluster-lan-host -- ping -n -i 0.05 8.8.8.8')
    await until('it runs', () => signalled.lines.length > 2)
    signalled.channel.signal('INT')
    expect(await signalled.done).toMatchObject({ code: 0, stdout: expect.stringContaining('packets transmitted') })
    expect(await client.run('timeout -s INT 0.3 incus exec cluster-lan-host -- ping -n -i 0.05 8.8.8.8')).toMatchObject(
      { code: 124, stdout: expect.stringContaining('packets transmitted') },
    )
    const second = await LabClient.connect(lab.labFile)
    await second.start('incus exec cluster-lan-host -- ping -n -i 0.05 8.8.8.8')
    await until('it runs', async () => (await client.inside('cluster-lan-host', 'pgrep', 'ping')).code === 0)
    second.end()
    await until('it is gone', async () => (await client.inside('cluster-lan-host', 'pgrep', 'ping')).code === 1)
  })

  it('stream line by line, and the lab remembers when each line left', async () => {
    const { lab, client } = await start()
    await lab.control.sent({ on: true })
    const probe = await client.start(
      'env FAILOVER_LAB_RUN=r/x incus exec cluster-lan-host -- env FAILOVER_LAB_RUN=r/x ping -D -O -n -i 0.05 -c 10 8.8.8.8',
    )
    const { stdout } = await probe.done
    const times = probe.lines.filter((l) => l.text.includes('icmp_seq')).map((l) => l.atMs)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(400)
    const sent = (await lab.control.sent({ on: false })) as {
      tag: string
      sequence: number
      stampMs: number
      writtenMs: number
    }[]
    expect(sent.map((s) => [s.tag, s.sequence])).toEqual(replies(stdout).map((r) => ['r/x', r.sequence]))
    for (const [i, line] of sent.entries()) expect(line.stampMs).toBeCloseTo(replies(stdout)[i]?.stampMs ?? 0, 2)
  })
})

describe('connections', () => {
  it('can be dropped, refused and counted', async () => {
    const { lab } = await start()
    const second = await LabClient.connect(lab.labFile)
    expect(lab.ssh.connections()).toBe(2)
    await lab.control.drop()
    await until('all gone', () => lab.ssh.connections() === 0)
    await lab.control.refuse({ on: true })
    await expect(LabClient.connect(lab.labFile)).rejects.toThrow()
    await lab.control.refuse({ on: false })
    const third = await LabClient.connect(lab.labFile)
    expect((await third.run('echo back')).stdout).toBe('back\n')
    second.end()
    third.end()
  })

  it('the eleventh session of a connection is refused, the connection lives on', async () => {
    const { client } = await start()
    const ten = await Promise.all(Array.from({ length: 10 }, () => client.start('sleep 20')))
    await expect(client.run('true')).rejects.toThrow(/open failure/)
    await client.run('true').catch(() => {})
    ten[0]?.channel.signal('TERM')
    await ten[0]?.done
    expect((await client.run('echo ok')).stdout).toBe('ok\n')
  })
})

const MAIN = join(import.meta.dirname, 'main.ts')

/** Starts main.ts in a process of its own and waits for the lab files that it prints. */
async function startMain(
  stateDir: string,
  ...args: string[]
): Promise<{ child: ChildProcess; labFiles: string[]; exited: Promise<number | null> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--state', stateDir, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanups.push(() => child.kill('SIGKILL'))
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  let out = ''
  child.stdout?.on('data', (data) => {
    out += data
  })
  await until('it prints its lab files', () => out.endsWith('\n') && existsSync(join(stateDir, 'running.json')), 60_000)
  return { child, labFiles: out.trim().split('\n'), exited }
}

function stateDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-main-'))
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

describe('main.ts', () => {
  it('is reused while it runs, comes back after a kill with the same file, and ends when idle', async () => {
    const dir = stateDir()
    const first = await startMain(dir)
    const [labFile = ''] = first.labFiles
    for (const name of ['embedded.yaml', 'user_ed25519', 'host_ed25519', 'running.json'])
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    const before = await LabClient.connect(labFile)
    const again = await startMain(dir)
    expect(again.labFiles).toEqual([labFile])
    expect(await again.exited).toBe(0)
    expect((await before.run('hostname')).stdout).toBe('incus-host\n')
    const content = readFileSync(labFile, 'utf8')
    first.child.kill('SIGKILL')
    await first.exited
    const revived = await startMain(dir, '--idle', '300')
    const after = await LabClient.connect(revived.labFiles[0] ?? '')
    expect(after.port).toBe(before.port)
    expect(readFileSync(labFile, 'utf8')).toBe(content)
    after.end()
    expect(await revived.exited).toBe(0)
    expect(existsSync(join(dir, 'running.json'))).toBe(false)
  }, 150_000)

  it('two that start at once make one', async () => {
    const dir = stateDir()
    const both = await Promise.all([startMain(dir), startMain(dir)])
    expect(both[0].labFiles).toEqual(both[1].labFiles)
    await until('one has ended', () => both.some((b) => b.child.exitCode === 0))
    const client = await LabClient.connect(both[0].labFiles[0] ?? '')
    expect((await client.run('echo one')).stdout).toBe('one\n')
    expect(both.filter((b) => b.child.exitCode === null)).toHaveLength(1)
    client.end()
  }, 150_000)

  it('runs ten worlds side by side, each with three probes at 200 a second, losing nothing', async () => {
    const { labFiles } = await startMain(stateDir(), '--worlds', '10')
    expect(labFiles).toHaveLength(10)
    const clients = await Promise.all(labFiles.map((file) => LabClient.connect(file)))
    expect(new Set(clients.map((c) => c.port)).size).toBe(10)
    await clients[0]?.inside('bpfrx-fw0', 'systemctl', 'stop', 'bpfrxd')
    expect((await clients[1]?.inside('bpfrx-fw0', 'systemctl', 'is-active', 'bpfrxd'))?.stdout).toBe('active\n')
    await clients[0]?.inside('bpfrx-fw0', 'systemctl', 'start', 'bpfrxd')
    const runs = clients
      .slice(1)
      .flatMap((client) =>
        ['8.8.8.8', '172.16.50.1', '10.0.60.1'].map((target) =>
          client.inside('cluster-lan-host', 'ping', '-D', '-O', '-n', '-i', '0.005', '-c', '400', target),
        ),
      )
    for (const { stdout } of await Promise.all(runs)) {
      expect(replies(stdout).map((r) => r.sequence)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
      expect(stdout).toContain('400 packets transmitted, 400 received, 0% packet loss')
    }
    for (const client of clients) client.end()
  }, 150_000)
})
