import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { scenarioParams, withScenario } from '../cases/scenario'
import { WanLabSchema } from '../domain/lab'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { planOf } from '../runner/plan'
import { parseRunnerFile } from './runner-file'
import { importScenario, printScenario } from './scenario-file'

const lab = WanLabSchema.parse({ ...exampleWanLab(), allowDestructive: true })
const [pve, edge] = [lab.wan.pve.host, lab.wan.edgeNodes[0]?.host ?? '']
const yaml = readFileSync(join(import.meta.dirname, 'fixtures', 'loss.yaml'), 'utf8').replaceAll('juulink-edge-1', edge)
const vm = lab.wan.wanulators.find(({ title }) => /starlink-1|versa-1/i.test(title))?.vm ?? 103
const files = [
  { name: 'probe.sh', text: '#!/bin/sh\necho probed\n' },
  { name: 'locustfile.py', text: 'from locust import HttpUser\n' },
  { name: 'drop_15.wcfg', text: readFileSync('server/drivers/wanulator/fixtures/drop_15.wcfg', 'utf8') },
]

const OWN = `
title: Cut and good
steps:
  - { id: cut, title: Cut, at: 60s, host: ${pve}, action: { kind: impair, vm: ${vm}, preset: drop-100 } }
  - { id: say, title: Say, at: 0s, host: ${edge}, action: { kind: script, commands: [./probe.sh], workdir: x, logfile: null, env: {}, files: [probe.sh] } }
  - { id: good, title: Good, at: 1m30s, after: cut, pause: 500ms, host: ${pve}, action: { kind: impair, vm: ${vm}, preset: good } }
`

describe('a scenario file', () => {
  it('of the runner becomes a scenario for the lab, and is kept without its passwords', () => {
    const read = importScenario(yaml, files, lab)
    expect(read).toMatchObject({ format: 'runner', problems: [], lengthMs: 240_000 })
    expect(Object.keys(read.content.files).toSorted()).toEqual(['locustfile.py', 'probe.sh'])
    expect(JSON.stringify(read)).not.toContain('hunter2')
    const source = parseRunnerFile(read.source ?? '')
    const original = parseRunnerFile(yaml)
    expect(source.jobs.map(({ commands, ...job }) => job)).toEqual(original.jobs.map(({ commands, ...job }) => job))
    expect(source.jobs[0]?.commands).toEqual(original.jobs[0]?.commands)
    expect(source.jobs[1]?.commands[0]).toBe('./cp_file.expect 103 "$FAILOVER_LAB_CONSOLE_PASSWORD" drop_15.wcfg')
    // What is exported gives the same scenario again.
    expect(importScenario(read.source ?? '', files, lab).content).toEqual(read.content)
  })

  it('of our own reads back as the same', () => {
    const { content, format, times } = importScenario(OWN, files.slice(0, 1), lab)
    expect(format).toBe('scenario')
    expect(times.map(({ startMs, isEarliest }) => [startMs, isEarliest])).toEqual([
      [60_000, false],
      [0, false],
      [90_000, false],
    ])
    expect(importScenario(printScenario(content), [], lab).content).toEqual(content)
    expect(parse(printScenario(content)).steps[2]).toMatchObject({ at: '90s', after: 'cut', pause: '0.5s' })
  })

  it('says what does not fit the lab', () => {
    const read = importScenario(OWN.replaceAll(edge, 'nobody').replaceAll(String(vm), '999'), [], lab)
    expect(read.problems).toEqual([
      'cut, good: the lab file has no WANulator 999',
      'say: the lab file has no host "nobody"',
    ])
    expect(() =>
      withScenario(read.content, {}).steps(lab, scenarioParams('x', read.content, lab, null), 'r'),
    ).toThrowError(/does not fit/)
  })

  it.each([
    ['', 'no runner file'],
    ['a: [', 'no YAML'],
    ['steps: []', 'no scenario'],
    [
      'title: x\nsteps: [{ id: a, title: a, at: 5, host: b }]',
      'no scenario: step 1, at: expected a time with its unit',
    ],
    [
      'title: x\nsteps: [{ id: a, title: a, at: 0, pause: 5, host: b }]',
      'step 1, pause: expected a time with its unit',
    ],
    ['title: x\nsteps: [{ id: a, title: a, at: 5s, host: b, action: { kind: dance } }]', 'no scenario: step 1, action'],
    ['title: x\nsteps: [{ id: a, title: a, at: 25h, host: b }]', 'step 1, at: it is longer than a day'],
    ['jobs: [{ host: a, run_after_hr: 25, commands: [x] }]', 'step 1, at: it is longer than a day'],
    [`jobs: [{ host: a, commands: [${'x'.repeat(110_000)}] }]`, 'more than a command line takes'],
    ['jobs: [{ host: a, commands: ["echo \\0"] }]', 'it holds a NUL character'],
    [
      'title: x\nsteps: [{ id: a, title: a, at: 0s, after: b, host: b, action: { kind: capture, nics: [x], durationMs: null } }]',
      'no scenario',
    ],
    [`&a [${'*a,'.repeat(5)}]`, 'no '],
    [`title: ${'x'.repeat(2_000_000)}`, 'the file has'],
  ])('is refused where it is none: %.60s', (text, message) => {
    expect(() => importScenario(text, [], lab)).toThrowError(message)
  })
})

describe('the case of a scenario', () => {
  it('undoes every link that a step or a script may touch, and shows its commands', async () => {
    const { content } = importScenario(OWN, files, lab)
    const params = scenarioParams('x', content, lab, null)
    expect(params).toMatchObject({ measure: true, degrades: true, http: false, startAtMs: 0 })
    const steps = withScenario(content, params).steps(lab, params, 'RUN')
    const schedule = steps.flatMap(({ actions }) => actions).find(({ kind }) => kind === 'run-schedule')
    if (schedule?.kind !== 'run-schedule') throw new Error('no schedule')
    expect(schedule.undo.map((desired) => 'vm' in desired && desired.vm).toSorted()).toEqual([101, 102, 103])
    const plan = await planOf(lab, steps)
    const commands = plan.find(({ id }) => id === 'schedule')?.commands ?? []
    expect(
      commands.map(({ host, argv }) => [host, argv.find((word) => /^(socat|bash)$/.test(word)) ?? argv.at(-1)]),
    ).toEqual(
      expect.arrayContaining([
        [pve, 'socat'],
        [edge, 'bash'],
      ]),
    )
  })
})
