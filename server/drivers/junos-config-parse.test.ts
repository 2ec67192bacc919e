import { describe, expect, it } from 'vitest'
import { parseConfiguration, parseConfiguredInterfaces } from './junos-config-parse'

describe('a configuration as statements', () => {
  it('knows nesting, comments, strings and CRLF', () => {
    const text = `## Last commit: 2026-11-20 by root\r
version 0.4.2;\r
/* written { by hand; */\r
groups {\r
    node0 { system { host-name "fw 0; {x}"; } }\r
}\r
apply-groups "\${node}";\r
interfaces { ge-0/0/0 { disable; unit 0 { family inet { address [ 10.0.0.1/24 10.0.0.2/24 ]; } } } }\r
security { nat { } }\r
`
    expect(parseConfiguration(text)).toEqual([
      'version 0.4.2',
      'groups node0 system host-name "fw 0; {x}"',
      `apply-groups "\${node}"`,
      'interfaces ge-0/0/0 disable',
      'interfaces ge-0/0/0 unit 0 family inet address [ 10.0.0.1/24 10.0.0.2/24 ]',
      'security nat',
    ])
  })

  it.each([
    ['nothing', ''],
    ['comments only', '## Last commit\n'],
    ['an error', 'error: cannot connect to bpfrxd\n'],
    ['cut off in a block', 'system { host-name a;\n'],
    ['cut off in a statement', 'system { host-name a; }\nsecu'],
    ['cut off in a string', 'system { host-name "a; }\n'],
    ['cut off in a comment', 'system { host-name a; }\n/* and'],
    ['one brace too many', 'system { host-name a; } }\n'],
    ['a block without a name', '{ a; }\n'],
    ['deeper than any', `${'a { '.repeat(65)}b;${' }'.repeat(65)}`],
    ['a megabyte', `a { ${'b c; '.repeat(200_001)} }`],
  ])('%s cannot be read', (_, text) => {
    expect(parseConfiguration(text)).toBeNull()
  })

  it('says the same of set commands and of a comment behind a statement', () => {
    const statements = ['system host-name fw0', 'system root-authentication encrypted-password "$6; {"']
    const [first, second] = statements
    expect(parseConfiguration(`# of node0\nset ${first}\r\nset ${second}\r\n`)).toEqual(statements)
    const curly = 'system { host-name fw0; root-authentication { encrypted-password "$6; {"; ## SECRET-DATA\n} }\n'
    expect(parseConfiguration(curly)).toEqual(statements)
  })
})

describe('parseConfiguredInterfaces', () => {
  const curly = `/* a comment { */
groups {
    node0 { interfaces { fxp0 { unit 0 { family inet { address 10.0.0.1/24; } } } } }
}
interfaces {
    ge-0/0/0 { # LAN
        description "to reth1; { }";
        gigether-options { redundant-parent reth1; }
    }
    inactive: ge-0/0/2 { gigether-options { redundant-parent reth0; } }
    reth1 { unit 0 { family inet { address 10.0.60.1/24; } } }
}
`
  it.each([
    ['curly', curly],
    ['with CRLF', curly.replaceAll('\n', '\r\n')],
  ])('%s: names and members, inactive and quoted text left out', (_, text) => {
    const parsed = parseConfiguredInterfaces(text)
    expect([...(parsed?.names ?? [])]).toEqual(['fxp0', 'ge-0/0/0', 'reth1'])
    expect([...(parsed?.rethOf ?? [])]).toEqual([['ge-0/0/0', 'reth1']])
  })

  it('reads set commands', () => {
    const text =
      'set version 1\nset interfaces ge-7/0/1 gigether-options redundant-parent reth0\nset interfaces reth0 unit 0\n'
    const parsed = parseConfiguredInterfaces(text)
    expect([...(parsed?.rethOf ?? [])]).toEqual([['ge-7/0/1', 'reth0']])
    expect([...(parsed?.names ?? [])]).toEqual(['ge-7/0/1', 'reth0'])
  })

  it.each(['', '}}}{', 'error: cannot connect', 'system { host-name interfaces; }'])('%j says nothing', (text) => {
    expect(parseConfiguredInterfaces(text)).toBeNull()
  })
})
