import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RealLab, startRealLab } from '../../drivers/test-lab'
import { checkDirectory, freeMb } from './lease'
import { parseFacts, readFacts } from './place-facts'

let real: RealLab
const options = { tag: 'observe/check', signal: new AbortController().signal }

beforeAll(async () => {
  real = await startRealLab()
})
afterAll(() => real.close())

it('a real shell says kernel, unit and versions, and which tools are not there; arguments reach it as they are', async () => {
  const tools = ['timeout', 'no-such-tool', 'env'].map((tool) => ({ name: `tool/${tool}`, argv: [tool, '--version'] }))
  const unit = { name: 'unit', argv: ['systemctl', 'is-active', 'bpfrxd'] }
  const quoted = { name: 'quoted', argv: ['printf', '%s', "it's $HOME"], maxChars: 7 }
  const questions = [unit, ...tools, quoted]
  const facts = await readFacts(real.access, { instance: 'fw0' }, questions, options)
  expect(facts.get('kernel')).toMatchObject({ exitCode: 0, text: expect.stringMatching(/^\d+\.\d+/) })
  expect(facts.get('unit')).toEqual({ exitCode: 3, text: 'inactive\n' })
  expect(facts.get('tool/timeout')?.text).toContain('coreutils')
  expect(facts.get('tool/no-such-tool')?.exitCode).toBe(127)
  expect(facts.get('quoted')?.text.trimEnd()).toBe("it's $H")
  expect([...facts.keys()]).toEqual(['kernel', 'unit', 'tool/timeout', 'tool/no-such-tool', 'tool/env', 'quoted'])
})

it('a real df and a real directory', async () => {
  const [directory, disk] = await checkDirectory(real.access, options)
  expect(directory).toMatchObject({ status: 'ok', found: `${real.directory} is writable` })
  expect(disk?.found).toMatch(/^\d+ MB$/)
  const closed = { ...real.access, lab: { ...real.access.lab, leaseDir: join(real.directory, 'incus/nowhere/lease') } }
  const [refused] = await checkDirectory(closed, options)
  expect(refused).toMatchObject({
    ...{ status: 'differs', found: `${real.directory}/incus is not writable` },
    mend: { command: expect.stringMatching(/install -d -o \S+ \S+incus\/nowhere$/) },
  })
})

it('reads sections and nothing else', () => {
  expect(parseFacts('noise\n=== failover-lab kernel 0\n6.1\n=== failover-lab tool/x 127\n\n')).toEqual(
    new Map([
      ['kernel', { exitCode: 0, text: '6.1\n' }],
      ['tool/x', { exitCode: 127, text: '\n\n' }],
    ]),
  )
  expect(parseFacts('=== failover-lab kernel\n').size).toBe(0)
  expect(freeMb('Filesystem 1024-blocks Used Available Capacity Mounted on\nudev 10 3 2048 30% /dev/x y\n')).toBe(2)
  expect(freeMb('df: nothing')).toBeNull()
})
