import { describe, expect, it } from 'vitest'
import type { NodePoll } from '../domain/cluster'
import { parseClusterStatus } from '../drivers/junos-parse'
import { answeredLab, testLab } from '../drivers/test-lab'
import { AppError } from '../errors'
import {
  checkAnswers,
  checkHosts,
  checkInstances,
  checkManualFailover,
  checkPrimaries,
  checkTools,
  clockPlaces,
} from './preflight'
import { placesOfTool, versionIn } from './versions'

const options = { tag: 'r1/preflight' }
const lab = testLab()

const status = (rows: string) =>
  `Cluster ID: 1\nNode   Priority Status   Preempt  Manual   Monitor-failures\n\nRedundancy group: 1 , Failover count: 0\n${rows}`
const row = (node: string, state: string, manual = 'no') => `${node}  100  ${state}  yes  ${manual}  None\n`
const poll = (node: string, rows: string): NodePoll => ({
  ...{ node, startMs: 0, endMs: 1 },
  answer: parseClusterStatus(status(rows)),
})
const healthy = row('node0', 'primary') + row('node1', 'secondary')
const down: NodePoll = { node: 'node1', startMs: 0, endMs: 1, answer: { kind: 'no-answer', reason: 'cannot connect' } }

describe('checks of the cluster', () => {
  it('pass when both nodes see the expected primary', () => {
    const polls = [poll('node0', healthy), poll('node1', healthy)]
    expect(checkPrimaries(lab, polls)).toMatchObject({
      ok: true,
      hint: null,
      title: 'node0 primary of every redundancy group',
    })
    expect(checkPrimaries(lab, polls, 'node1')).toMatchObject({
      ok: false,
      found: expect.stringContaining('node0 sees node0'),
    })
    expect(checkManualFailover(lab, polls)).toMatchObject({ ok: true, found: 'none' })
  })

  it('say what each node sees when they do not', () => {
    const split = row('node0', 'primary') + row('node1', 'primary')
    expect(checkPrimaries(lab, [poll('node0', split), poll('node1', healthy)]).found).toBe(
      'node0 sees node0 and node1 in group 1',
    )
    expect(checkPrimaries(lab, [poll('node0', row('node0', 'primary')), down]).found).toBe(
      'node0 sees no peer in group 1; node1: no-answer (cannot connect)',
    )
  })

  it('that only ask for an answer take any state, but no silence', () => {
    const split = row('node0', 'primary') + row('node1', 'primary')
    expect(checkAnswers(lab, [poll('node0', split), poll('node1', healthy)]).ok).toBe(true)
    expect(checkAnswers(lab, [poll('node0', healthy), down])).toMatchObject({
      ok: false,
      found: 'node1: no-answer (cannot connect)',
    })
  })

  it('name the groups with a manual failover and how to reset them', () => {
    const manual = row('node0', 'primary', 'yes') + row('node1', 'secondary')
    const check = checkManualFailover(lab, [poll('node0', manual), poll('node1', manual)])
    expect(check).toMatchObject({ ok: false, found: 'group 1' })
    expect(check.hint).toContain('request chassis cluster failover reset redundancy-group 1')
  })
})

describe('checks of places', () => {
  it('say which host cannot be reached and what to do', async () => {
    const dead = answeredLab(() => {
      throw new AppError('ssh-connect', 'refused', { hint: 'start sshd' })
    })
    expect(await checkHosts(dead, options)).toEqual([
      { id: 'host-lab-host', title: 'lab-host reachable', ok: false, found: 'refused', hint: 'start sshd' },
    ])
    const [alive] = await checkHosts(
      answeredLab(() => ({})),
      options,
    )
    expect(alive).toMatchObject({ ok: true, hint: null })
  })

  it('find instances that do not run', async () => {
    const list = JSON.stringify([
      { name: 'fw0', status: 'Running' },
      { name: 'fw1', status: 'Stopped' },
    ])
    expect(
      await checkInstances(
        answeredLab(() => ({ stdout: list })),
        options,
      ),
    ).toMatchObject({
      ...{ ok: false, found: 'fw1 is stopped, lan is absent', hint: 'On lab-host: incus start fw1; incus start lan' },
    })
    const denied = await checkInstances(
      answeredLab(() => ({ exitCode: 1, stderr: 'permission denied' })),
      options,
    )
    expect(denied).toMatchObject({
      ok: false,
      found: 'permission denied',
      hint: expect.stringContaining('incus-admin'),
    })
  })

  it('record versions and say how a missing tool is got', async () => {
    const access = answeredLab(
      (argv) => {
        if (argv.includes('ping -V')) return { stdout: 'ping from iputils 20221126' }
        return { exitCode: 127, stderr: 'sh: iperf3: not found' }
      },
      testLab({
        traffic: [
          {
            id: 'up',
            title: 'Up',
            from: { instance: 'lan' },
            server: '1.2.3.4',
            port: 5201,
            direction: 'upload',
            bitPerS: 1,
          },
        ],
      }),
    )
    const { checks, versions } = await checkTools(access, ['ping', 'iperf3', 'tcpdump'], options)
    expect(versions).toEqual({ 'ping@lan': '20221126' })
    expect(checks.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(checks[1]?.hint).toBe('On lan: apt-get install iperf3')
    expect(checks[2]?.found).toBe('not needed by this lab')
  })

  it('know where tools and clocks matter', () => {
    expect(placesOfTool(lab, 'ping')).toEqual([{ instance: 'lan' }])
    expect(clockPlaces(lab)).toEqual([
      { host: 'lab-host' },
      { instance: 'fw0' },
      { instance: 'fw1' },
      { instance: 'lan' },
    ])
    expect(versionIn('iperf 3.12 (cJSON 1.7.15)\n')).toBe('3.12')
    expect(versionIn('nothing')).toBeNull()
  })
})
