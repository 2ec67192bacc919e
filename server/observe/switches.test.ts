import { describe, expect, it } from 'vitest'
import { switchQuestions } from '../drivers/switch'
import { answeredLab, testLab } from '../drivers/test-lab'
import { AppError } from '../errors'
import { checkSwitches, readSwitches, requireSwitch, setSwitch, switchedOn, viewSwitches } from './switches'

const options = { tag: 'observe/switches' }
const command = (verb: string) => ['fail', 'x y', verb]
const both = [{ instance: 'fw0' }, { instance: 'fw1' }]
const entry = (id: string, at: unknown, more = {}) => {
  const [on, off, state] = ['on', 'off', 'state'].map(command)
  return { id, title: `Title of ${id}`, at, on, off, state, ...more }
}
const lab = testLab({
  switches: [
    entry('a', both),
    entry('b', { host: 'lab-host' }),
    entry('mute', { instance: 'fw1' }, { state: undefined }),
  ],
})
const first = requireSwitch(lab, 'a')

describe('switches', () => {
  it('are asked once per place, whatever their number', () => {
    const asked = switchQuestions(lab.switches)
    expect(asked.map(({ place }) => place)).toEqual([...both, { host: 'lab-host' }])
    expect(asked[0]?.argv).toEqual(['sh', '-c', "fail 'x y' state >/dev/null 2>&1; echo a $?"])
  })

  it.each([
    ['a 0', 'a 0', 'on'],
    ['a 1', 'a 1', 'off'],
    ['a 0', 'a 1', 'partly'],
    ['a 1', 'a 127', 'unknown'],
    ['a 1', new AppError('command-timeout', 'no end'), 'unknown'],
  ])('that say %j and %j are %s', async (fw0, fw1, state) => {
    const access = answeredLab((argv) => {
      const said = argv.includes('exec fw0') ? fw0 : argv.includes('exec fw1') ? fw1 : 'b 1'
      if (typeof said !== 'string') throw said
      return { stdout: `${said}\n` }
    }, lab)
    const states = await readSwitches(access, options)
    expect([...states]).toEqual([
      ['a', state],
      ['b', 'off'],
      ['mute', 'unknown'],
    ])
    expect(switchedOn(states)).toEqual(state === 'on' || state === 'partly' ? ['a'] : [])
    expect(checkSwitches(lab, states)).toMatchObject({ ok: true, found: expect.stringContaining('mute') })
  })

  it('show what they would run, exactly and per host', async () => {
    const [view] = await viewSwitches(
      answeredLab(() => ({ stdout: 'a 1\n' }), lab),
      options,
    )
    expect(view).toMatchObject({ id: 'a', expect: null, places: ['fw0', 'fw1'], state: 'off' })
    const run: string[] = []
    const access = answeredLab((argv) => {
      run.push(argv.replace('x y', "'x y'"))
      return { stdout: 'a 0\n' }
    }, lab)
    await setSwitch(access, first, true, options)
    expect(run.slice(0, 2)).toEqual(view?.on.map(({ text }) => text))
  })

  it('that fail, or do not do what they were told, say so', async () => {
    const failing = answeredLab((argv) => ({ exitCode: argv.includes('exec fw1') ? 3 : 0, stderr: 'no room' }), lab)
    await expect(setSwitch(failing, first, true, options)).rejects.toMatchObject({
      code: 'command-failed',
      message: 'a could not be turned on at fw1',
      stderrTail: 'no room',
    })
    const deaf = answeredLab(() => ({ stdout: 'a 1\n' }), lab)
    await expect(setSwitch(deaf, first, true, options)).rejects.toMatchObject({ code: 'command-failed' })
    await expect(setSwitch(deaf, first, false, options)).resolves.toBeUndefined()
    expect(() => requireSwitch(lab, 'zz')).toThrow('no switch "zz"')
  })
})
