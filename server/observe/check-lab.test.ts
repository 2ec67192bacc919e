import { describe, expect, it } from 'vitest'
import { needsAttention } from '../domain/check'
import type { Lab } from '../domain/lab'
import type { LabAccess } from '../drivers/at'
import { answeredLab, testLab } from '../drivers/test-lab'
import { AppError } from '../errors'
import { epochMs } from '../transport/now'
import type { ExecResult, Remote, RemoteStream } from '../transport/remote'
import { checkLab } from './check-lab'
import { LabChecks } from './lab-checks'

const STATUS = `Cluster ID: 1
Node   Priority Status         Preempt  Manual   Monitor-failures

Redundancy group: 1 , Failover count: 3
node0  200      primary        yes      no       None
node1  100      secondary      yes      no       None
`
const TRAFFIC = {
  ...{ id: 'up', title: 'Up', from: { instance: 'lan' }, server: '10.0.0.9', port: 5201, direction: 'upload' },
  bitPerS: 1e6,
}
const lab = testLab({ traffic: [TRAFFIC] })
const list = (stopped: string[] = []) =>
  JSON.stringify(
    ['fw0', 'fw1', 'lan'].map((name) => ({ name, status: stopped.includes(name) ? 'Stopped' : 'Running' })),
  )

/** What the script of `place-facts.ts` prints where everything is there. */
function facts(argv: string, missing: string[]): string {
  const tools = argv.split(/\s+/).filter((_word, i, all) => /^(-V|--version)$/.test(all[i + 1] ?? ''))
  const section = (name: string, code: number, text: string) => `=== failover-lab ${name} ${code}\n${text}\n`
  return [
    section('kernel', 0, '6.1.0'),
    section('unit', 0, 'active'),
    ...(argv.includes('section links') ? [section('links', 0, '[]')] : []),
    ...tools.map((tool) =>
      section(`tool/${tool}`, missing.includes(tool) ? 127 : 0, missing.includes(tool) ? '' : '1.2'),
    ),
  ].join('')
}

type Answer = Partial<ExecResult> | undefined
type Answers = (argv: string, host: string) => Answer

const LEASE = (run: string, nowS = 100) =>
  `now ${nowS}\nstate armed\nbeat ${nowS}\ndeadline ${nowS + 60}\nowner.json {"runId":"${run}","owner":"eve@there","armedMs":1}\n`

/** A lab in which nothing is wrong but what `other` answers; its clocks are `offsetMs` ahead. Notes what it is asked. */
function labOf(other: Answers = () => undefined, { offsetMs = 0, of = lab as Lab, missing = [] as string[] } = {}) {
  const asked: string[] = []
  const access = answeredLab((argv, host) => {
    asked.push(argv)
    const given = other(argv, host)
    if (given) return given
    if (argv.endsWith('id -un')) return { stdout: 'root\n' }
    if (argv.includes('list --format json')) return { stdout: list() }
    if (argv.endsWith('incus version')) return { stdout: 'Client version: 6.0.2\nServer version: 6.0.2\n' }
    if (argv.includes('owner.json')) return { stdout: 'now 100\nstate absent\n' }
    if (argv.includes('df -Pk'))
      return {
        stdout:
          'writable /var/tmp\nFilesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 9999999 9 4194304 1% /\n',
      }
    if (argv.includes('failover-lab %s %s')) return { stdout: facts(argv, missing) }
    if (argv.includes('cluster status')) return { stdout: STATUS }
    if (argv.includes('show version')) return { stdout: 'Software version: 0.4.2\n' }
    if (argv.includes(' ping ')) return { stdout: '64 bytes from 1.2.3.4: icmp_seq=1 ttl=64 time=0.31 ms\n' }
    if (argv.includes(' iperf3 -c ')) return { stdout: 'iperf Done.\n' }
    return { exitCode: 1, stderr: `not in this test: ${argv}` }
  }, of)
  return { access: withClock(access, offsetMs, asked), asked }
}

/** Streams that answer every line with the time. */
function withClock({ lab, pool }: LabAccess, offsetMs: number, asked: string[]): LabAccess {
  const stream: Remote['stream'] = async (argv, { onLine }) => {
    asked.push(argv.join(' '))
    const opened: RemoteStream = {
      done: new Promise(() => {}),
      write: () => setImmediate(() => onLine?.(((epochMs() + offsetMs) / 1000).toFixed(6), epochMs())),
      close: () => {},
    }
    return opened
  }
  return { lab, pool: { secrets: [], on: (host, role) => ({ ...pool.on(host, role), stream }) } }
}

const check = (access: LabAccess, ownRun: string | null = null, budgetMs?: number) =>
  checkLab(access, { ownRun: async () => ownRun, budgetMs })
const wrongIn = ({ findings }: Awaited<ReturnType<typeof check>>) => findings.filter(needsAttention)

describe('checkLab', () => {
  it('finds nothing wrong in a lab where nothing is', async () => {
    const { access } = labOf()
    const result = await check(access)
    expect(wrongIn(result)).toEqual([])
    expect(result).toMatchObject({ lab: 'test', run: null, skipped: [] })
    const found = Object.fromEntries(result.findings.map(({ id, found }) => [id, found]))
    expect(found).toMatchObject({
      ...{ containers: 'client 6.0.2, server 6.0.2', 'kernel/fw0': '6.1.0', 'tool/lan/iperf3': '1.2' },
      ...{ 'unit/fw1': 'active', 'software/node0': '0.4.2', 'primary/1': 'node0', disk: '4096 MB', lease: 'free' },
      ...{ 'target/wan': '0.31 ms', 'server/10.0.0.9:5201': 'listens' },
    })
    expect(new Set(result.findings.map(({ id }) => id)).size).toBe(result.findings.length)
  })

  it('says how to mend what is missing, and skips what cannot be asked without it', async () => {
    const { access } = labOf(undefined, { missing: ['iperf3'] })
    const result = await check(access)
    expect(wrongIn(result)).toMatchObject([
      {
        ...{ id: 'tool/lan/iperf3', status: 'missing', found: 'not there' },
        mend: { host: 'lab-host', command: 'incus exec lan -- apt-get install -y iperf3' },
      },
    ])
    expect(result.skipped).toEqual([
      { place: { instance: 'lan' }, what: 'iperf3 server 10.0.0.9:5201', reason: 'iperf3 is missing on lan' },
    ])
  })

  it('of a stopped instance reports just that', async () => {
    const { access, asked } = labOf((argv) => (argv.includes('list --format') ? { stdout: list(['fw1']) } : undefined))
    const result = await check(access)
    expect(wrongIn(result)).toMatchObject([
      { id: 'instance/fw1', found: 'stopped', mend: { host: 'lab-host', command: 'incus start fw1' } },
    ])
    expect(result.skipped).toMatchObject([{ place: { instance: 'fw1' }, reason: 'fw1 does not run' }])
    expect(asked.filter((argv) => argv.includes('exec fw1'))).toEqual([])
  })

  it('goes on with the other hosts when one is dead, with its error and hint', async () => {
    const [first] = lab.hosts
    const of = { ...lab, hosts: [...lab.hosts, { ...first, id: 'far', jump: 'lab-host' }] } as Lab
    const { access } = labOf(
      (_argv, host) => {
        if (host === 'far') throw new AppError('ssh-connect', 'far: refused', { hint: 'Start sshd.' })
        return undefined
      },
      { of },
    )
    const result = await check(access)
    expect(wrongIn(result)).toMatchObject([{ id: 'host/far', found: 'far: refused', hint: 'Start sshd.', mend: null }])
    expect(result.skipped).toHaveLength(1)
    expect(result.findings.length).toBeGreaterThan(20)
  })

  it('with the container host dead says only that, at once', async () => {
    const { access, asked } = labOf(() => {
      throw new AppError('ssh-auth', 'refused the key')
    })
    const result = await check(access)
    expect(result.findings).toMatchObject([{ id: 'host/lab-host', status: 'missing', found: 'refused the key' }])
    expect(result.skipped.length).toBeGreaterThan(3)
    expect(asked).toHaveLength(1)
  })

  it('knows a wrong clock by more than its error, two versions, a manual failover and who holds the lease', async () => {
    const { access } = labOf(
      (argv) => {
        if (argv.includes('exec fw1 -- cli -c show version')) return { stdout: 'Software version: 0.4.1\n' }
        if (argv.includes('cluster status')) return { stdout: STATUS.replaceAll('yes      no', 'yes      yes') }
        if (argv.includes('owner.json'))
          return { stdout: LEASE('r9').replace('beat 100', 'beat 1').replace('deadline 160', 'deadline 130') }
        return undefined
      },
      { offsetMs: -350 },
    )
    const result = await check(access)
    expect(wrongIn(result).map(({ id }) => id)).toEqual([
      ...['lease', 'software', 'manual/1'],
      ...['clock/lab-host', 'clock/fw0', 'clock/fw1', 'clock/lan'],
    ])
    const of = (id: string) => result.findings.find((finding) => finding.id === id)
    expect(of('lease')?.found).toBe('held by eve@there for run r9')
    expect(of('software')?.found).toBe('node0 0.4.2, node1 0.4.1')
    expect(of('manual/1')?.mend?.command).toBe(
      "incus exec fw0 -- cli -c 'request chassis cluster failover reset redundancy-group 1'",
    )
    expect(of('clock/fw1')?.found).toMatch(/^−3(49|50)\.\d ± \d+\.\d ms$/)
  })

  it('tells a primary that is not the preferred one, and a split', async () => {
    const swapped = STATUS.replace('primary  ', 'x').replace('secondary', 'primary').replace(/x\s+/, 'secondary  ')
    const other = await check(
      labOf((argv) => (argv.includes('cluster status') ? { stdout: swapped } : undefined)).access,
    )
    expect(wrongIn(other)).toMatchObject([
      {
        ...{ id: 'primary/1', found: 'node1', expected: 'node0' },
        mend: { command: expect.stringMatching(/redundancy-group 1 node 0' && .*reset redundancy-group 1'$/) },
      },
    ])
    const split = await check(
      labOf((argv) => (argv.includes('exec fw1 -- cli -c show chassis') ? { stdout: swapped } : undefined)).access,
    )
    expect(wrongIn(split)).toMatchObject([
      {
        id: 'primary/1',
        found: 'node0 sees node0, node1 sees node1',
        mend: null,
        hint: expect.stringContaining('heartbeat'),
      },
    ])
  })

  it('of a missing interface reports just that, not what follows from it', async () => {
    const ge = { name: 'ge-0/0/0', linux: 'ge-0-0-0', device: 'eth3', network: 'clan', role: 'lan' }
    const of = testLab({
      ...{ traffic: [TRAFFIC], networks: [{ name: 'clan', role: 'lan' }] },
      instances: [
        { name: 'fw0', role: 'firewall', interfaces: [ge] },
        ...[
          { name: 'fw1', role: 'firewall' },
          { name: 'lan', role: 'lan-host' },
        ],
      ],
    })
    const moved = STATUS.replace('primary  ', 'x').replace('secondary', 'primary').replace(/x\s+/, 'secondary  ')
    const { access } = labOf(
      (argv) => {
        if (argv.includes('cluster status')) return { stdout: moved }
        return argv.includes(' ping -n ') ? { exitCode: 1 } : undefined
      },
      { of },
    )
    const result = await check(access)
    expect(wrongIn(result)).toMatchObject([
      {
        ...{ id: 'interface/fw0/ge-0/0/0', status: 'missing' },
        mend: {
          command:
            'incus config device add fw0 eth3 nic network=clan name=ge-0-0-0 && incus exec fw0 -- ip link set ge-0-0-0 up',
        },
      },
    ])
    expect(result.skipped.map(({ what }) => what)).toEqual(['Primary of redundancy group 1', 'WAN (127.0.0.1) answers'])
    for (const { reason } of result.skipped) expect(reason).toMatch(/; mend ge-0\/0\/0 of fw0 first$/)
  })

  it.each([
    ['of this dashboard', 'r1', 'r1', null],
    ['of another one', null, 'r9', 'eve@there'],
  ])(
    'while a run %s is on, leaves alone what that changes and what would disturb it',
    async (_, ownRun, run, owner) => {
      const { access, asked } = labOf((argv) => {
        if (argv.includes('owner.json')) return { stdout: LEASE(run) }
        if (argv.includes('list --format')) return { stdout: list(['fw0']) }
        if (argv.includes('failover-lab %s %s')) return { stdout: facts(argv, []).replace('active', 'inactive') }
        return undefined
      })
      const result = await check(access, ownRun)
      expect(result.run).toEqual({ id: run, owner })
      expect(wrongIn(result).map(({ id }) => id)).toEqual(owner ? ['lease'] : [])
      expect(asked.filter((argv) => /ping -n|iperf3 -c|cli -c|date \+%s\.%N/.test(argv))).toEqual([])
      expect(result.skipped.map(({ reason }) => reason)).toContain(`run ${run} is going on`)
    },
  )

  it('changes nothing: no command but those that look', async () => {
    const { access, asked } = labOf()
    await check(access)
    expect(asked.length).toBeGreaterThan(15)
    expect(
      asked.filter((argv) =>
        /request|systemctl start|incus (start|stop)|apt-get|mkdir|\brm |pkill -[A-Z0-9]/.test(argv),
      ),
    ).toEqual([])
    expect(
      asked.filter((argv) => !/^timeout -k \d -s INT \d+ env FAILOVER_LAB_RUN=observe\/check /.test(argv)),
    ).toEqual([])
  })

  it('survives garbage from everything, and shows it as one short line', async () => {
    const garbage = [
      '',
      '\x1b[31m\x00\x07',
      '{"a":',
      `${'x '.repeat(5000)}\n`.repeat(20),
      '=== failover-lab kernel 0',
      '[]',
      '[{"name":"fw0","status":"RUNNING"}]',
    ]
    for (const stdout of garbage)
      for (const exitCode of [0, 1, 127, null]) {
        const result = await check(labOf(() => ({ stdout, stderr: stdout, exitCode })).access)
        for (const { found } of result.findings) {
          expect(found.length).toBeLessThanOrEqual(301)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not come through
          expect(found).toMatch(/^[^\x00-\x1f]+$/)
        }
      }
  })

  it('ends in its time, whatever hangs', async () => {
    const { access } = labOf()
    const on: LabAccess['pool']['on'] = (host, role) => ({
      ...access.pool.on(host, role),
      exec: (argv, options) =>
        argv.includes('id') ? access.pool.on(host, role).exec(argv, options) : new Promise(() => {}),
    })
    const startMs = Date.now()
    const result = await check({ lab, pool: { secrets: [], on } }, null, 300)
    expect(Date.now() - startMs).toBeLessThan(1500)
    expect(wrongIn(result)).toContainEqual(
      expect.objectContaining({ id: 'containers', status: 'unknown', found: 'no answer in the time of the check' }),
    )
  })
})

describe('LabChecks', () => {
  it('makes one check for all who ask at once, and tells how far it is', async () => {
    const { access, asked } = labOf()
    const checks = new LabChecks(
      () => access,
      async () => null,
    )
    expect(checks.progress('test')).toBeNull()
    const both = [checks.check('test'), checks.check('test')]
    expect(checks.progress('test')).toMatchObject({ step: 'Hosts', done: 0, of: 6 })
    const [first, second] = await Promise.all(both)
    expect(first).toBe(second)
    expect(asked.filter((argv) => argv.endsWith('id -un'))).toHaveLength(1)
    expect(checks.progress('test')).toBeNull()
    expect(await checks.check('test')).not.toBe(first)
  })
})
