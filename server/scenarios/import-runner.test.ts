import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { durationMs, ScenarioSchema } from '../domain/scenario'
import { importRunner } from './import-runner'
import { recognise } from './recognise'
import { parseRunnerFile, printRunnerFile, startMs } from './runner-file'
import { scriptStatements } from './statements'

const yaml = readFileSync(join(import.meta.dirname, 'fixtures', 'loss.yaml'), 'utf8')
const wcfg = (name: string) => readFileSync(`server/drivers/wanulator/fixtures/${name}.wcfg`, 'utf8')
const file = parseRunnerFile(yaml)

describe('a runner file', () => {
  it('reads back as the same when it is printed', () => {
    expect(parseRunnerFile(printRunnerFile(file))).toEqual(file)
    expect(file.jobs[0]).toMatchObject({ env: { RUNS: '3', TAG: 'loss' }, cp_files: ['probe.sh', 'locustfile.py'] })
    expect(file.jobs[2]).toMatchObject({ priority: 'high', cp_files: [] })
    expect(
      startMs({
        ...file.jobs[0],
        host: 'a',
        cp_files: [],
        commands: ['x'],
        run_after_hr: 1,
        run_after_min: 1,
        run_after_sec: 5,
      }),
    ).toBe(3_665_000)
  })

  it.each([
    ['', 'the file'],
    ['jobs: []', 'jobs'],
    ['jobs: [{ host: a }]', 'jobs.0.commands'],
    ['jobs: [{ host: a, commands: [x], run_after_sec: soon }]', 'jobs.0.run_after_sec'],
    ['a: [', 'no runner file'],
  ])('that is none is refused: %s', (text, message) => {
    expect(() => parseRunnerFile(text)).toThrowError(message)
  })
})

describe('an imported scenario', () => {
  const files = new Map([
    ['wcfg/drop_15.wcfg', wcfg('drop_15')],
    ['wcfg/good.wcfg', wcfg('good')],
  ])
  const imported = importRunner(file, { files, hostId: (name) => (name === 'pve' ? 'pve' : null) })
  const { steps } = imported.scenario

  it('has typed steps at their times, and scripts for the rest', () => {
    expect(ScenarioSchema.parse(imported.scenario)).toEqual(imported.scenario)
    expect(steps.map(({ id, at, after, host, action }) => [id, at, after, host, action.kind])).toEqual([
      ['job1-1', 0, null, 'juulink-edge-1', 'script'],
      ['job1-2', 0, 'job1-1', 'juulink-edge-1', 'ping'],
      ['job1-3', 0, 'job1-1', 'juulink-edge-1', 'http-load'],
      ['job1-4', 240_000, 'job1-3', 'juulink-edge-1', 'script'],
      ['job2-1', 60_000, null, 'pve', 'apply-wcfg'],
      ['job2-2', 180_000, 'job2-1', 'pve', 'apply-wcfg'],
      ['job3-1', 0, null, 'pve', 'capture'],
      ['job3-2', 240_000, 'job3-1', 'pve', 'script'],
    ])
    expect(steps[1]?.action).toEqual({ kind: 'ping', target: '192.168.100.2', intervalMs: 1000, count: 240 })
    expect(steps[2]?.action).toMatchObject({
      url: 'http://192.168.100.2:8001',
      users: 60,
      spawnPerS: 8,
      durationMs: 240_000,
    })
    expect(steps[3]?.action).toMatchObject({ commands: ['./probe.sh | tee results/probe.txt'], env: { TAG: 'loss' } })
    expect(steps[4]?.action).toMatchObject({ vm: 103, name: 'drop_15.wcfg', text: wcfg('drop_15') })
    expect(steps.map(({ pause }) => pause)).toEqual([0, 0, 0, 0, 0, 120_000, 0, 0])
    expect(steps[6]?.action).toEqual({ kind: 'capture', nics: ['enp2s0f2', 'enp2s0f3'], durationMs: 240_000 })
  })

  it('tells of each command what became of it, and shows no password', () => {
    expect(imported.commands.map(({ becomes }) => becomes)).toEqual([
      ...['raw', 'typed', 'typed', 'raw'],
      ...['nothing', 'typed', 'time', 'nothing', 'typed'],
      ...['typed', 'raw'],
    ])
    expect(imported.commands[1]?.notes.join(' ')).toContain('one target is asked every -p')
    expect(imported.commands[5]?.notes.join(' ')).toContain('ens18: 15 % loss; ens19: good')
    expect(JSON.stringify(imported.commands)).not.toContain('hunter2')
    expect(imported.notes).toEqual([
      'job 1: the lab file has no host "juulink-edge-1"',
      'job 3: "priority" is not known and left out',
      'probe.sh was not brought along: it has to be on its host already',
      'locustfile.py was not brought along: it has to be on its host already',
    ])
  })

  it('takes a file that is not at hand for what its name says, and says so', () => {
    const { scenario, commands } = importRunner(file)
    expect(scenario.steps[4]?.action).toEqual({ kind: 'impair', vm: 103, preset: 'drop-15', direction: 'both' })
    expect(commands[5]?.notes.join(' ')).toContain('was not brought along')
  })

  it('notices a file that does not do what its name says', () => {
    const wrong = wcfg('drop_15').replace('Type="3" Chance="15"', 'Type="2" Chance="15"')
    const { commands } = importRunner(file, { files: new Map([['drop_15.wcfg', wrong]]) })
    expect(commands[5]?.notes.join(' ')).toContain(
      'drop_15.wcfg does not do what its name says (15 % loss) it does: ens18: all dropped',
    )
  })

  const scriptsOf = (commands: string[]) =>
    importRunner({ jobs: [{ host: 'a', cp_files: [], commands }] }).scenario.steps.map(({ action }) =>
      action.kind === 'script' ? action.commands : action.kind,
    )

  it.each([
    ['a variable', ['N=3', 'ping -c 5 a', 'echo $N'], [['N=3', 'ping -c 5 a', 'echo $N']]],
    ['a directory', ['cd x', 'sleep 5', './y'], [['cd x', 'sleep 5', './y']]],
    ['set -e alone is none', ['set -e', 'ping -c 5 a', 'echo'], ['ping', ['echo']]],
    ['a file', ['ping -c 5 a >out.txt', 'grep loss out.txt'], [['ping -c 5 a >out.txt', 'grep loss out.txt']]],
    ['how it ended', ['ping -c 5 a', '[ $? = 0 ]'], [['ping -c 5 a', '[ $? = 0 ]']]],
    ['its process', ['ping -c 500 a &', 'echo', 'kill $!'], [['ping -c 500 a &', 'echo', 'kill $!']]],
    [
      'not what changes a link: that is to be put right again',
      ['N=1', './send_cmd.expect 101 x "/root/wanulator2-headless -dc good.wcfg"', 'echo $N'],
      [['N=1'], 'impair', ['echo $N']],
    ],
  ])('keeps commands together that share %s', (_, commands, expected) => {
    expect(scriptsOf(commands)).toEqual(expected)
  })

  it('keeps a command that no parser can read', () => {
    expect(scriptsOf(['if true; then', 'sleep 1'])).toEqual([['if true; then\nsleep 1']])
    expect(scriptsOf(['if true; then', 'sleep 1', 'fi', 'echo'])).toEqual([['if true; then\nsleep 1\nfi', 'echo']])
    expect(() => importRunner({ jobs: [{ host: 'a', cp_files: [], commands: ['sleep 5'] }] })).toThrowError(
      /nothing but wait/,
    )
  })
})

describe('statements', () => {
  it('have words only when nothing has to be expanded', () => {
    const read = (script: string) => scriptStatements(script)?.map(({ argv }) => argv)
    expect(read(`a 'b c' "d"e\\ f &`)).toEqual([['a', 'b c', 'de f']])
    expect(read('a $B\na `b`\na *.txt\na | b\na && b\nX=1 a\nfor x in 1; do a; done\n! a\na < f')).toEqual(
      Array(9).fill(null),
    )
    expect(scriptStatements('a >x 2>&1 >>y')).toMatchObject([{ outputs: ['x', 'y'] }])
  })
})

describe('a command', () => {
  const none = { wcfg: () => null }
  const action = (command: string) => {
    const found = recognise(command.split(' '), none)
    return found?.kind === 'step' ? found.action : (found?.kind ?? null)
  }

  it.each([
    ['sudo ping -i 0.2 -c 10 -D 10.0.0.1', { kind: 'ping', target: '10.0.0.1', intervalMs: 200, count: 10 }],
    ['fping -p 100 -c50 10.0.0.1', { kind: 'ping', target: '10.0.0.1', intervalMs: 100, count: 50 }],
    ['fping -c 5 10.0.0.1 10.0.0.2', null],
    ['ping 10.0.0.1', null],
    [
      'iperf3 -c 10.0.0.1 -t 30 -R -P 4',
      { kind: 'throughput', server: '10.0.0.1', port: 5201, durationMs: 30_000, parallel: 4, direction: 'download' },
    ],
    ['iperf3 -s', null],
    ['tcpdump -n -i enp1s0f2 -w x.pcap', { kind: 'capture', nics: ['enp1s0f2'], durationMs: null }],
    [
      'locust --headless --users=5 --host http://a --run-time 90',
      {
        kind: 'http-load',
        url: 'http://a',
        users: 5,
        spawnPerS: 1,
        durationMs: 90_000,
        file: null,
        workdir: null,
        files: [],
      },
    ],
    ['./send_cmd.expect 103 pw reboot', null],
    ['sleep 1.5 2m', 'pause'],
    ['sleep $N', null],
    ['wait', 'needless'],
    ['constructor x', null],
    ['', null],
  ])('is recognised: %s', (command, expected) => {
    expect(action(command)).toEqual(expected)
  })

  it('has durations with units', () => {
    expect(['500ms', '60s', '1m30s', '2h', '90', '1x', '', '1 s'].map(durationMs)).toEqual([
      500,
      60_000,
      90_000,
      7_200_000,
      null,
      null,
      null,
      null,
    ])
  })
})
