import { afterEach, describe, expect, it } from 'vitest'
import { delay, testLab } from '../testing/client'

const POLICY = 'security policies from-zone lan to-zone wan policy p1'
const SET = [
  `set ${POLICY} match source-address any destination-address any application any`,
  `set ${POLICY} then permit`,
]
const REFUSED = 'error: configuration database is not writable (secondary node)\n'
const GREETING = /^cli — connected .*\nType .*\n/

let open: Awaited<ReturnType<typeof testLab>> | null = null
const start = async () => {
  open = await testLab({ world: { configSyncMs: [30, 40] } })
  const { client, lab } = open
  const cli = async (node: 0 | 1, ...lines: string[]) => {
    const { stdout, code } = await client.run(`incus exec bpfrx-fw${node} -- cli`, `${lines.join('\n')}\n`)
    expect(code).toBe(0)
    return stdout.replace(GREETING, '')
  }
  const show = async (node: 0 | 1, pipes = '') =>
    (await client.inside(`bpfrx-fw${node}`, 'cli', '-c', `show configuration${pipes}`)).stdout
  return { lab, cli, show }
}
afterEach(async () => {
  await open?.close()
  open = null
})

const truthOf = (lab: { world: { truth: { kind: string; [detail: string]: unknown }[] } }) =>
  lab.world.truth.filter(({ kind }) => kind === 'config').map(({ node, policy, present }) => [node, policy, present])

describe('configure', () => {
  it('commits on the primary; the other node has it a little later, and both lose it again', async () => {
    const { lab, cli, show } = await start()
    const before = await show(0)
    expect(await cli(0, 'configure', ...SET, 'show | compare', 'commit', 'exit', 'exit')).toBe(
      `Entering configuration mode
+  ${POLICY} match source-address any
+  ${POLICY} match destination-address any
+  ${POLICY} match application any
+  ${POLICY} then permit
commit complete
Exiting configuration mode
`,
    )
    expect(await show(0, ' | match p1')).toBe('            policy p1 {\n')
    await delay(60)
    expect(await show(1, ' | match p1')).toBe('            policy p1 {\n')
    expect(await show(1, ' | display set | match p1')).toContain(`set ${POLICY} then permit\n`)
    await cli(0, 'configure', `delete ${POLICY}`, 'commit', 'exit')
    await delay(60)
    expect([await show(0), await show(1)]).toEqual([before, before])
    expect(truthOf(lab)).toEqual([
      ['node0', 'p1', true],
      ['node1', 'p1', true],
      ['node0', 'p1', false],
      ['node1', 'p1', false],
    ])
  })

  it('forgets what was not committed, and what was rolled back', async () => {
    const { cli, show } = await start()
    expect(await cli(0, 'configure', ...SET, 'exit')).toContain('uncommitted changes were discarded')
    await cli(0, 'configure', ...SET, 'rollback', 'commit', 'exit')
    expect(await show(0, ' | match p1')).toBe('')
    expect(await cli(0, 'configure', `delete ${POLICY}`, 'commit')).toContain('warning: statement not found')
  })

  it('is refused on the secondary with exit 0, and what follows changes nothing', async () => {
    const { cli, show } = await start()
    const said = await cli(1, 'configure', ...SET, 'commit', 'exit', 'exit')
    expect(said.startsWith(REFUSED)).toBe(true)
    expect(said).not.toContain('commit complete')
    expect(await show(1, ' | match p1')).toBe('')
  })

  it('shows each node the statements of its own group when expanded', async () => {
    const { show } = await start()
    expect(await show(0)).toBe(await show(1))
    expect(await show(0)).toContain(`apply-groups "\${node}";\n`)
    const expanded = await show(1, ' | display inheritance')
    expect(expanded).toContain('\nsystem {\n    host-name bpfrx-fw1;\n}\n')
    expect(expanded).not.toContain('groups')
    expect(expanded).toMatch(/cluster-id 1;[\s\S]*node 1;/)
  })
})

describe('its switches', () => {
  it('no-config-sync: the other node gets it when the switch goes off', async () => {
    const { lab, cli, show } = await start()
    await lab.control.switch({ name: 'no-config-sync', on: true })
    await cli(0, 'configure', ...SET, 'commit', 'exit')
    await delay(60)
    expect(await show(1, ' | match p1')).toBe('')
    await lab.control.switch({ name: 'no-config-sync', on: false })
    expect(await show(1, ' | match p1')).not.toBe('')
  })

  it('writable-secondary: it takes a change of its own, and loses it when the switch goes off', async () => {
    const { lab, cli, show } = await start()
    await lab.control.switch({ name: 'writable-secondary', on: true })
    expect(await cli(1, 'configure', ...SET, 'commit', 'exit')).toContain('commit complete')
    await delay(60)
    expect([await show(0, ' | match p1'), await show(1, ' | match p1')]).toEqual(['', '            policy p1 {\n'])
    await lab.control.switch({ name: 'writable-secondary', on: false })
    expect(await show(1, ' | match p1')).toBe('')
  })
})
