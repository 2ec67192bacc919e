import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure } from '../transport/test-server'
import { execAt, execCommand, streamAt } from './at'
import { bestOffset, clockOffset } from './clock'
import { parseStamped, stamped } from './fault'
import { isRunning, parseInstances } from './incus'
import { iperf3Argv } from './iperf3'
import { parseJournalLine } from './journal'
import { askNode, clusterAnswer } from './junos'
import { pingArgv, startPing } from './ping'
import { commandAt, endOrphansArgv, findTagged, killTagged, LIST_TAGGED, TAGGED_PATTERN, tagPattern } from './place'
import { applyDesired, checkDesired } from './restore'
import { type RealLab, startRealLab, testLab } from './test-lab'
import { stopTagged } from './tool'

const result = (more: object) => ({
  ...{ exitCode: 0, signal: null, stdout: '', stderr: '', startedMs: 0, endedMs: 0, truncated: false },
  ...more,
})

describe('commandAt', () => {
  const lab = testLab({ containers: { host: 'lab-host', command: ['sudo', 'incus'] } })

  it('bounds and tags on the host, and inside an instance what lives long', () => {
    const options = { tag: 'run1/ping', timeoutMs: 1500 }
    const outer = ['timeout', '-k', '2', '-s', 'INT', '2', 'env', 'FAILOVER_LAB_RUN=run1/ping']
    expect(commandAt(lab, { host: 'lab-host' }, ['date'], options).argv).toEqual([...outer, 'date'])
    const exec = ['sudo', 'incus', 'exec', 'fw0', '--']
    expect(commandAt(lab, { instance: 'fw0' }, ['date'], options)).toEqual({
      host: 'lab-host',
      argv: [...outer, ...exec, 'date'],
    })
    const long = commandAt(lab, { instance: 'fw0' }, ['ping'], { ...options, longLived: true })
    expect(long.argv).toEqual([...outer.with(2, '4'), ...exec, ...outer, 'ping'])
  })

  it('refuses a tag that could be a pattern or an option', () => {
    for (const tag of ['', '-x', 'a b', 'a*', "a'b", 'a\nb']) {
      expect(() => commandAt(lab, { host: 'lab-host' }, ['date'], { tag, timeoutMs: 1 })).toThrow(/process tag/)
    }
  })

  it('has a pattern that matches the tag and what is below it, and not its own command', () => {
    const pattern = new RegExp(tagPattern('run.1'))
    expect(pattern.test('env FAILOVER_LAB_RUN=run.1/ping ping')).toBe(true)
    expect(pattern.test('env FAILOVER_LAB_RUN=run.1 ping')).toBe(true)
    expect(pattern.test('env FAILOVER_LAB_RUN=run.12/ping ping')).toBe(false)
    expect(pattern.test('env FAILOVER_LAB_RUN=runx1/ping ping')).toBe(false)
    expect(pattern.test(killTagged(lab, { host: 'lab-host' }, 'run.1').argv.join(' '))).toBe(false)
  })
})

describe('builders', () => {
  it('ask ping and iperf3 for what can be read', () => {
    expect(pingArgv({ address: '8.8.8.8' }, 5, 100).join(' ')).toBe('ping -D -O -n -i 0.005 -c 100 8.8.8.8')
    const traffic = { id: 't', title: 't', from: { instance: 'lan' }, server: '1.2.3.4', port: 5201, parallel: 4 }
    expect(iperf3Argv({ ...traffic, direction: 'download', bitPerS: 5e6 }, 9.2).join(' ')).toBe(
      'iperf3 -c 1.2.3.4 -p 5201 -t 10 -i 0.5 -P 4 -b 5000000 -R --forceflush',
    )
  })

  it('read stamps, journal lines and instances', () => {
    expect(parseStamped('1700000000.5\nError: x\n1700000001.25\n')).toEqual({
      ...{ t0: { fromMs: 1700000000500, toMs: 1700000001250 }, output: 'Error: x' },
    })
    expect(parseStamped('1700000000.5\n')).toBeNull()
    expect(parseStamped('1700000000.N\n1700000000.N\n')).toBeNull()
    expect(parseJournalLine('1700000000.250000 fw0 bpfrxd[1]: now primary')?.atMs).toBe(1700000000250)
    expect(parseJournalLine('-- No entries --')).toBeNull()
    const listed = parseInstances('[{"name":"a","status":"RUNNING","devices":{"eth0":{"type":"nic"}}},{"x":1},7]')
    expect([listed.size, isRunning(listed.get('a')), isRunning(listed.get('b'))]).toEqual([1, true, false])
    expect(() => parseInstances('Error: no')).toThrow(/no list of instances/)
  })

  it('take the clock sample with the shortest round trip', () => {
    const samples = [
      { sentMs: 0, receivedMs: 100, clockMs: 1090 },
      { sentMs: 200, receivedMs: 204, clockMs: 1202 },
    ]
    expect(bestOffset(samples)).toEqual({ offsetMs: 1000, errorMs: 2 })
    expect(bestOffset([])).toBeNull()
  })

  it('take a CLI that cannot connect for a state', () => {
    const refused = result({ exitCode: 1, stderr: 'error: cannot connect to bpfrxd\n' })
    expect(clusterAnswer(refused)).toEqual({ kind: 'no-answer', reason: 'error: cannot connect to bpfrxd' })
    expect(clusterAnswer(result({ exitCode: 1, stderr: 'error: Chassis cluster is not enabled.' })).kind).toBe(
      'not-clustered',
    )
    expect(clusterAnswer(result({ stdout: 'Redundancy gro' })).kind).toBe('garbled')
    expect(clusterAnswer(result({ stdout: 'x', truncated: true })).kind).toBe('garbled')
  })
})

describe('on a host', () => {
  let lab: RealLab
  beforeEach(async () => {
    lab = await startRealLab()
  })
  afterEach(() => lab.close())

  const lan = { instance: 'lan' }

  it('a fault is stamped, its exit code kept', async () => {
    const before = Date.now()
    const ran = await execAt(lab.access, lan, stamped(['sh', '-c', 'echo out; sleep 0.05; exit 4']), {
      ...{ tag: 'run1/fault', timeoutMs: 5000 },
    })
    const parsed = parseStamped(ran.stdout)
    expect([ran.exitCode, parsed?.output]).toEqual([4, 'out'])
    expect((parsed?.t0.toMs ?? 0) - (parsed?.t0.fromMs ?? 0)).toBeGreaterThanOrEqual(50)
    expect(parsed?.t0.fromMs).toBeGreaterThan(before - 1)
  })

  it('the clock of the same machine is ours', async () => {
    const { offsetMs, errorMs } = await clockOffset(lab.access, lan, { tag: 'run1/clock' })
    expect(Math.abs(offsetMs)).toBeLessThan(errorMs + 2)
  })

  it('a probe gives rows, and ends with its summary when it is stopped', async () => {
    const rows: unknown[] = []
    const output: string[] = []
    const target = { ...lab.access.lab.targets[0], address: '127.0.0.1' } as (typeof lab.access.lab.targets)[number]
    const probe = await startPing(lab.access, target, {
      ...{ tag: `ping-${process.pid}`, timeoutMs: 20_000, intervalMs: 20 },
      onRows: (batch) => rows.push(...batch),
      onOutput: (line) => output.push(line),
    })
    await expect.poll(() => rows.length, { timeout: 5000 }).toBeGreaterThan(5)
    await probe.stop()
    await probe.done
    expect(output.join('\n')).toMatch(/ping statistics/)
  })

  it('ends a process by its tag even if it ignores INT', async () => {
    const tag = `test-${process.pid}`
    const host = { host: 'lab-host' }
    const stubborn = ['sh', '-c', 'trap "" INT; echo up; while :; do sleep 1; done']
    const lines: string[] = []
    const onLine = (line: string) => lines.push(line)
    const stream = await streamAt(lab.access, lan, stubborn, { tag: `${tag}/probe`, timeoutMs: 30_000, onLine })
    await expect.poll(() => lines).toEqual(['up'])
    expect(await stopTagged(lab.access, host, `${tag}x`)).toBe(true)
    const find = () => execCommand(lab.access, findTagged(lab.access.lab, host, tag), { timeoutMs: 5000 })
    expect((await find()).exitCode).toBe(0)
    expect(await stopTagged(lab.access, host, tag)).toBe(true)
    expect((await find()).exitCode).toBe(1)
    await stream.done.catch(() => {})
  }, 15_000)

  it('a node whose CLI does not return is a state, a lost connection is not', async () => {
    const hanging = { ...lab.access.lab, cluster: { ...lab.access.lab.cluster, cli: ['sleep', '9'] } }
    const slow = { ...hanging, cluster: { ...hanging.cluster, cli: ['sh', '-c', 'sleep 9'] } }
    const poll = await askNode({ ...lab.access, lab: slow }, 'node0', { tag: 'run1/poll', timeoutMs: 200 })
    expect(poll.answer.kind).toBe('no-answer')
    const asking = askNode({ ...lab.access, lab: slow }, 'node0', { tag: 'run1/poll', timeoutMs: 9000 })
    setTimeout(() => lab.server.drop(), 100)
    expect((await failure(asking)).code).toBe('ssh-lost')
  })

  it('desired states are looked at, brought about once, and reported when they cannot be', async () => {
    const desired = { kind: 'unit-active', instance: 'fw0', unit: 'bpfrxd' } as const
    expect(await checkDesired(lab.access, desired, { tag: 'run1/undo' })).toEqual({
      met: false,
      found: 'not met: inactive',
    })
    const restore = { tag: 'run1/undo', budgetMs: 3000 }
    await applyDesired(lab.access, desired, restore)
    await applyDesired(lab.access, desired, restore)
    expect((await checkDesired(lab.access, desired, { tag: 'run1/undo' })).met).toBe(true)
    await applyDesired(lab.access, { kind: 'instance-running', instance: 'fw1' }, restore)
    const impossible = { ...desired, instance: 'fw0', unit: 'no/such/unit' }
    const error = await failure(applyDesired(lab.access, impossible, { tag: 'run1/undo', budgetMs: 300 }))
    expect(error.message).toContain('unit no/such/unit active on fw0')
  })
})

describe('what has lost its timeout', () => {
  const orphan = (tag: string) =>
    spawn('sleep', ['30'], { env: { ...process.env, FAILOVER_LAB_RUN: tag }, stdio: 'ignore' })

  const listed = (before = '') =>
    spawnSync('sh', ['-c', `${before}${LIST_TAGGED}`, 'sh', TAGGED_PATTERN]).stdout.toString()

  it('is known by its environment, is listed, and ended with nothing of another run', async () => {
    const [own, other] = [orphan('orphan.1/probe'), orphan('orphan.12/probe')]
    try {
      await expect.poll(listed).toContain('FAILOVER_LAB_RUN=orphan.1/probe')
      const ended = once(own, 'exit')
      const [end = '', ...rest] = endOrphansArgv('orphan.1')
      execFileSync(end, rest)
      expect(await ended).toEqual([null, 'SIGINT'])
      expect(other.exitCode ?? other.signalCode).toBeNull()
    } finally {
      own.kill('SIGKILL')
      other.kill('SIGKILL')
    }
  })

  it('is not listed when it ended while it was asked about: nobody knows any more where it ran', () => {
    const pgrep = (pid: number) => `pgrep() { echo "${pid} env FAILOVER_LAB_RUN=ended/probe sleep 1"; }\n`
    const { pid } = spawnSync('true')
    expect([listed(pgrep(process.pid)), listed(pgrep(pid))].map((text) => text.includes('ended/probe'))).toEqual([
      true,
      false,
    ])
  })

  it('is not listed where it is seen only from outside: in a container, of whatever lab', async () => {
    const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user']
    const contained = spawn('unshare', [...asRoot, '--fork', '--pid', '--kill-child', 'sh'])
    const seen = () =>
      spawnSync('sh', ['-c', 'grep -lsz "^FAILOVER_LAB_RUN=contained" /proc/[0-9]*/environ']).stdout.toString()
    try {
      // By its input: its command line must not have the tag.
      contained.stdin.end('FAILOVER_LAB_RUN=contained/probe sleep 30; true\n')
      await expect.poll(seen).not.toBe('')
      expect(listed()).not.toContain('contained/probe')
    } finally {
      contained.kill('SIGKILL')
    }
  })
})
