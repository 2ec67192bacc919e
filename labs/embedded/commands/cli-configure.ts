import { nowMs } from '../core/scheduler'
import type { ClusterNode } from '../world/cluster-types'
import { applyEdit, type Edit, edited, expandConfig, flatConfig, renderConfig } from '../world/config-tree'
import type { World } from '../world/world'

const NOT_WRITABLE = 'error: configuration database is not writable (secondary node)\n'

/** `show configuration`, with what its pipes make of it. */
export function showConfiguration(world: World, node: ClusterNode, pipes: readonly string[]): string {
  const committed = world.configurations.of(node.id)
  const block = pipes.includes('display inheritance') ? expandConfig(committed, node.name) : committed
  if (pipes.includes('display set'))
    return flatConfig(block)
      .map((line) => `set ${line}\n`)
      .join('')
  return `## Last commit: 2026-11-20 09:00:00 UTC by root\n${renderConfig(block)}`
}

/** The configuration mode of one CLI: what it wants changed until it commits. */
export class ConfigureMode {
  private edits: Edit[] | null = null

  constructor(
    private readonly world: World,
    private readonly node: ClusterNode,
  ) {}

  get isOpen(): boolean {
    return this.edits !== null
  }

  enter(): string {
    if (!this.world.configurations.isWritable(this.node.id)) return NOT_WRITABLE
    this.edits = []
    return 'Entering configuration mode\n'
  }

  leave(): string {
    const warning = this.edits?.length ? 'warning: uncommitted changes were discarded\n' : ''
    this.edits = null
    return `${warning}Exiting configuration mode\n`
  }

  /** The answer to a line in configuration mode. */
  answer(command: string): string {
    const edits = this.edits ?? []
    const committed = this.world.configurations.of(this.node.id)
    if (/^(set|delete) /.test(command)) return this.edit(command.split(' '))
    switch (command) {
      case 'show':
        return renderConfig(edited(committed, edits))
      case 'show | compare': {
        const [before, after] = [flatConfig(committed), flatConfig(edited(committed, edits))]
        return [
          ...before.filter((line) => !after.includes(line)).map((line) => `-  ${line}\n`),
          ...after.filter((line) => !before.includes(line)).map((line) => `+  ${line}\n`),
        ].join('')
      }
      case 'rollback':
        this.edits = []
        return 'load complete\n'
      case 'commit':
        if (!this.world.configurations.isWritable(this.node.id)) return NOT_WRITABLE
        this.world.configurations.commit(this.node.id, edits, nowMs())
        this.edits = []
        return 'commit complete\n'
    }
    return `error: unknown command: ${command}\n`
  }

  private edit([verb, ...words]: string[]): string {
    if (words[0] !== 'security' || words[1] !== 'policies' || words.length < 3)
      return `error: syntax error: ${words.join(' ')}\n`
    const edit: Edit = { verb: verb === 'set' ? 'set' : 'delete', words }
    const isFound = applyEdit(edited(this.world.configurations.of(this.node.id), this.edits ?? []), edit)
    this.edits?.push(edit)
    return isFound ? '' : 'warning: statement not found\n'
  }
}
