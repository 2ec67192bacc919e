import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure } from '../transport/test-server'
import { armLease, clearDeadLease, disarmLease, renewLease } from './lease'
import { parseLease, readLease } from './lease-read'
import { revertScript } from './revert'
import { type RealLab, startRealLab } from './test-lab'

const options = { tag: 'run1/lease' }
const undo = [{ kind: 'unit-active', instance: 'fw0', unit: 'bpfrxd' }] as const

let lab: RealLab
beforeEach(async () => {
  lab = await startRealLab()
})
afterEach(async () => {
  await disarmLease(lab.access, 'run1', options).catch(() => {})
  await lab.close()
})

const request = (ttlMs: number, runId = 'run1') => ({
  ...{ runId, owner: 'a@desk', ttlMs },
  revert: revertScript(lab.access.lab, runId, undo),
})
const isRestored = () => existsSync(join(lab.directory, 'fw0.bpfrxd'))
const sleeperPids = () =>
  execFileSync('ps', ['-eo', 'pid=,args='])
    .toString()
    .split('\n')
    .filter((line) => line.includes(`sleeper.sh ${lab.access.lab.leaseDir} `))
    .map((line) => Number.parseInt(line, 10))

describe('the lease', () => {
  it('is armed, read back, renewed and taken away without a trace and without a revert', async () => {
    expect(await readLease(lab.access, options)).toBeNull()
    const armed = await armLease(lab.access, request(30_000), options)
    expect(armed).toMatchObject({ runId: 'run1', owner: 'a@desk' })
    expect(armed.deadlineMs - Date.now()).toBeGreaterThan(27_000)
    const renewed = await renewLease(lab.access, 'run1', 60_000, options)
    expect(renewed.deadlineMs - armed.deadlineMs).toBeGreaterThan(27_000)
    expect(await readLease(lab.access, options)).toMatchObject({ state: 'armed', isAlive: true })
    await disarmLease(lab.access, 'run1', options)
    expect(await readLease(lab.access, options)).toBeNull()
    await expect.poll(sleeperPids, { timeout: 4000 }).toEqual([])
    expect(readdirSync(join(lab.directory, 'state'))).toEqual([])
    expect(isRestored()).toBe(false)
  })

  it('is taken away though a sign of life is written meanwhile', async () => {
    const { leaseDir } = lab.access.lab
    await armLease(lab.access, request(30_000), options)
    const rm = join(lab.directory, 'rm')
    const late = join(lab.directory, 'late')
    writeFileSync(
      rm,
      `#!/bin/sh\n/bin/rm "$@"\n[ -e ${late} ] || { : >${late}; mkdir ${leaseDir}; : >${leaseDir}/beat; }\n`,
    )
    chmodSync(rm, 0o755)
    await disarmLease(lab.access, 'run1', options)
    expect([existsSync(late), existsSync(leaseDir)]).toEqual([true, false])
  })

  it('refuses a second dashboard by name', async () => {
    await armLease(lab.access, request(30_000), options)
    const error = await failure(armLease(lab.access, request(30_000, 'run2'), options))
    expect(error.code).toBe('lease-held')
    expect(error.message).toMatch(/run run1 of a@desk has it until \d{4}-/)
    await expect(renewLease(lab.access, 'run2', 1000, options)).rejects.toMatchObject({ code: 'lease-lost' })
    await expect(disarmLease(lab.access, 'run2', options)).rejects.toMatchObject({ code: 'lease-lost' })
    expect(await readLease(lab.access, options)).toMatchObject({ info: { runId: 'run1' }, state: 'armed' })
  })

  it('reverts at its deadline when the dashboard is gone, and is lost for it then', async () => {
    await armLease(lab.access, request(1000), options)
    lab.server.drop()
    await expect.poll(isRestored, { timeout: 8000 }).toBe(true)
    await expect.poll(() => existsSync(lab.access.lab.leaseDir), { timeout: 8000 }).toBe(false)
    await expect(renewLease(lab.access, 'run1', 1000, options)).rejects.toMatchObject({ code: 'lease-lost' })
    await armLease(lab.access, request(30_000), options)
  }, 20_000)

  it('of a host that was restarted is reverted before it is taken over', async () => {
    const { leaseDir } = lab.access.lab
    await armLease(lab.access, request(600_000, 'gone'), options)
    for (const pid of sleeperPids()) process.kill(pid, 'SIGKILL')
    writeFileSync(join(leaseDir, 'beat'), '1000\n')
    await expect(armLease(lab.access, request(30_000), options)).rejects.toMatchObject({ code: 'lease-held' })
    writeFileSync(join(leaseDir, 'deadline'), '1000\n')
    const taken = await armLease(lab.access, request(30_000), options)
    expect(taken.runId).toBe('run1')
    expect(isRestored()).toBe(true)
  }, 20_000)

  it('whose arming broke off is cleared, after a moment for one that is just being armed', async () => {
    mkdirSync(lab.access.lab.leaseDir, { recursive: true })
    const startMs = Date.now()
    await clearDeadLease(lab.access, options)
    expect(Date.now() - startMs).toBeGreaterThan(900)
    expect(existsSync(lab.access.lab.leaseDir)).toBe(false)
  })

  it('is given to one of several who arm at once', async () => {
    const runs = ['a', 'b', 'c', 'd']
    const results = await Promise.allSettled(runs.map((id) => armLease(lab.access, request(30_000, id), options)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const winner = await readLease(lab.access, options)
    await disarmLease(lab.access, winner?.info.runId ?? '', options)
  })

  it('keeps what its revert logs in with in a file that only its user may read, and leaves none behind', async () => {
    // Not a word that another test may have among its arguments meanwhile.
    const word = `s3cret-${randomUUID()}`
    const secret = `${word} $x`
    await armLease(lab.access, { ...request(30_000), secret: () => secret }, options)
    const file = join(lab.access.lab.leaseDir, 'secret')
    expect([statSync(file).mode & 0o777, readFileSync(file, 'utf8')]).toEqual([0o600, secret])
    expect(execFileSync('ps', ['-eo', 'args=']).toString()).not.toContain(word)
    await disarmLease(lab.access, 'run1', options)
    expect(existsSync(file)).toBe(false)
  })

  it('that cannot be written says where', async () => {
    const access = { ...lab.access, lab: { ...lab.access.lab, leaseDir: '/proc/nowhere/lease' } }
    const error = await failure(armLease(access, request(1000), options))
    expect([error.code, error.hint]).toEqual(['command-failed', expect.stringContaining('/proc/nowhere/lease')])
  })
})

describe('the revert script', () => {
  const run = (script: string) => {
    const file = join(lab.directory, 'revert.sh')
    writeFileSync(file, script)
    const env = { ...process.env, PATH: `${lab.directory}:${process.env.PATH}`, LAB_DIR: lab.directory }
    return execFileSync('sh', [file], { env, cwd: lab.directory }).toString()
  }
  const log = () => readFileSync(join(lab.directory, 'log'), 'utf8')

  it('restores in order and does nothing the second time', () => {
    const states = [{ kind: 'instance-running', instance: 'fw0' } as const, ...undo]
    writeFileSync(join(lab.directory, 'log'), '')
    const script = revertScript(lab.access.lab, 'run1', states)
    expect(run(script)).toContain('restored: unit bpfrxd active on fw0')
    const before = log()
    run(script)
    expect(log()).toBe(before)
  })

  it('asks the cluster itself and reads its table', () => {
    const status = (manual: string) =>
      `Redundancy group: 1 , Failover count: 1\nnode0  200  primary  yes  ${manual}  None\nnode1  100  secondary  yes  no  None\n`
    const state = { kind: 'group-primary', redundancyGroup: 1, node: 'node0' } as const
    writeFileSync(join(lab.directory, 'status'), status('no'))
    run(revertScript(lab.access.lab, 'run1', [state]))
    expect(log()).not.toContain('request')
    writeFileSync(join(lab.directory, 'status'), status('yes'))
    const script = revertScript(lab.access.lab, 'run1', [state]).replace('-ge 30', '-ge 1')
    expect(() => run(script)).toThrow()
    expect(log()).toContain('fw0 cli request chassis cluster failover reset redundancy-group 1')
  }, 20_000)

  it('gives a test lease back, and does nothing where none is left', () => {
    const script = revertScript(lab.access.lab, 'run1', [{ kind: 'dhcp-released', instance: 'lan', interface: 'eth0' }])
    expect(script).toContain('dhclient -r -v')
    expect(run(script)).toContain('restored: no test lease held on eth0 of lan')
  })

  it('has names that would be shell text quoted', () => {
    const evil = { kind: 'unit-active', instance: 'fw0', unit: "x'; touch pwned; '" } as const
    run(revertScript(lab.access.lab, '$(touch pwned)', [evil]))
    expect(existsSync(join(lab.directory, 'pwned'))).toBe(false)
  })
})

describe('what a lease directory says', () => {
  it('is moved to the app clock', () => {
    const text = 'now 5000\nstate armed\ndeadline 5030\nbeat 4995\nowner.json {"runId":"r","owner":"o","armedMs":7}\n'
    expect(parseLease(text, 1_000_000)).toEqual({
      ...{ info: { runId: 'r', owner: 'o', armedMs: 7, deadlineMs: 1_030_000 }, state: 'armed' },
      ...{ isAlive: true, beatS: 4995 },
    })
    expect(parseLease(text.replace('beat 4995', 'beat 4900'), 0)?.isAlive).toBe(false)
    expect(parseLease('now 5000\nstate absent\n', 0)).toBeNull()
  })

  it('survives garbage', () => {
    expect(parseLease('now x\nstate armed\nowner.json {{{\n', 1)).toMatchObject({
      info: { runId: '?' },
      isAlive: false,
    })
  })
})
