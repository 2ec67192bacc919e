import type { Random } from '../core/random'
import type { Scheduler } from '../core/scheduler'
import { type Block, type Edit, edited, parseConfig, policiesOf } from './config-tree'
import { CLUSTER_ID, NODES, type NodeId, RETHS, VERSION } from './topology'

/** One configuration for both nodes, as a cluster keeps it: unexpanded, with a group for each. */
const INITIAL = `version ${VERSION};
groups {
${NODES.map((node) => `    ${node.name} { system { host-name ${node.instance}; } chassis { cluster { node ${node.id}; } } }\n`).join('')}}
apply-groups "\${node}";
chassis { cluster { cluster-id ${CLUSTER_ID}; reth-count 2; gratuitous-arp-count 8; } }
interfaces {
${RETHS.flatMap(({ name, members }) =>
  members.map((member) => `    ${member} { gigether-options { redundant-parent ${name}; } }\n`),
).join('')}${RETHS.map(
  (reth) =>
    `    ${reth.name} { redundant-ether-options { redundancy-group ${reth.group}; } unit 0 { family inet { address ${reth.vip}/${reth.prefix}; } } }\n`,
).join('')}}
security {
    policies {
        from-zone lan to-zone wan {
            policy allow-all {
                match { source-address any; destination-address any; application any; }
                then { permit; }
            }
        }
    }
}
`

const other = (node: NodeId): NodeId => (node === 0 ? 1 : 0)

export type ConfigHooks = {
  syncMs: () => readonly [number, number]
  on: (name: 'no-config-sync' | 'writable-secondary') => boolean
  alive: (node: NodeId) => boolean
  isPrimary: (node: NodeId) => boolean
  /** A policy came into a node's configuration, or left it. */
  changed: (node: NodeId, policy: string, present: boolean, atMs: number) => void
}

/** What each node has committed. The primary's goes to its peer; all instants are model times, epoch ms. */
export class Configurations {
  private readonly committed: [Block, Block] = [parseConfig(INITIAL), parseConfig(INITIAL)]

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly hooks: ConfigHooks,
  ) {}

  of(node: NodeId): Block {
    return this.committed[node]
  }

  isWritable(node: NodeId): boolean {
    return this.hooks.isPrimary(node) || this.hooks.on('writable-secondary')
  }

  /** Makes the edits on a node; from the primary the whole of it goes to the peer a little later. */
  commit(node: NodeId, edits: readonly Edit[], atMs: number): void {
    this.store(node, edited(this.committed[node], edits), atMs)
    if (!this.hooks.isPrimary(node) || this.hooks.on('no-config-sync')) return
    this.scheduler.at(atMs + this.random.uniform(...this.hooks.syncMs()), (at) => this.send(node, at))
  }

  /** The peer gets what a node has, as when it has just joined. */
  send(from: NodeId, atMs: number): void {
    if (this.hooks.alive(other(from)) && !this.hooks.on('no-config-sync'))
      this.store(other(from), this.committed[from], atMs)
  }

  /** The primary's is what counts. */
  bringTogether(atMs: number): void {
    const primary = NODES.find(({ id }) => this.hooks.alive(id) && this.hooks.isPrimary(id))
    if (primary) this.send(primary.id, atMs)
  }

  private store(node: NodeId, block: Block, atMs: number): void {
    const before = policiesOf(this.committed[node])
    const after = policiesOf(block)
    this.committed[node] = block
    for (const policy of after) if (!before.has(policy)) this.hooks.changed(node, policy, true, atMs)
    for (const policy of before) if (!after.has(policy)) this.hooks.changed(node, policy, false, atMs)
  }
}
