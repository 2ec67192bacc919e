import { describe, expect, it } from 'vitest'
import { leftLoggedOut } from './wan-facts'

describe('a snapshot of consoles', () => {
  it('holds them as it has left them itself, and nothing else otherwise than it was found', () => {
    const others = {
      ...{ 'bpfrx-fw0/unit/console': 'found at: shell', 'vm 103/status': 'running' },
      ...{ 'wanulator 102/console': 'logged out', 'wanulator 103/in force': 'good' },
    }
    expect(leftLoggedOut({ ...others, 'wanulator 103/console': 'found at: shell' })).toEqual({
      ...others,
      'wanulator 103/console': 'logged out',
    })
  })
})
