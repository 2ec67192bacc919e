import { nowMs, scheduler } from '../core/scheduler'
import type { Process, Program } from '../machine/process'
import type { ClusterNode } from '../world/cluster-types'
import { GROUPS, type GroupId, type NodeId, UNIT } from '../world/topology'
import type { World } from '../world/world'
import { ConfigureMode, showConfiguration } from './cli-configure'
import { garbage, information, interfaces, sessions, status, version } from './cli-render'

const GREETING = (seconds: number): string => `cli — connected to ${UNIT} (uptime: ${seconds}s)\nType '?' for help\n`
const DASHES = '-'.repeat(74)

/** `cli`, the daemon's own command line: `-c "…"`, or commands on stdin after a greeting. */
export const cli =
  (world: World): Program =>
  async (p) => {
    const node = world.nodeOf(p.machine)
    const unit = world.units.get(p.machine.name)
    if (!node || !unit) {
      p.error('cli: not found\n')
      return 127
    }
    if (unit.state !== 'active') {
      const reason = unit.state === 'failed' ? 'connection refused' : 'no such file or directory'
      p.error(`error: cannot connect to ${UNIT}: dial unix /run/bpfrx/${UNIT}.sock: connect: ${reason}\n`)
      return 1
    }
    if (world.switches.has('cli-hangs')) await p.within(new Promise<never>(() => {}))
    const at = p.args.indexOf('-c')
    await p.sleep(world.random.uniform(3, 9))
    const mode = new ConfigureMode(world, node)
    if (at > 0) {
      for (const command of (p.args[at + 1] ?? '').split(/[;\n]/))
        if (command.trim() !== '' && isOver(world, p, mode, node, command.trim())) break
      return 0
    }
    p.write(GREETING(Math.floor((nowMs() - unit.activeSinceMs) / 1000)))
    return dialogue(world, p, mode, node)
  }

async function dialogue(world: World, p: Process, mode: ConfigureMode, node: ClusterNode): Promise<number> {
  let rest = ''
  for (;;) {
    const piece = await p.within(p.io.stdin.read())
    rest += piece ?? '\n'
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const command = line.trim()
      if (command === '') continue
      if (!node.alive) {
        p.error(`error: connection to ${UNIT} lost\n`)
        return 1
      }
      if (isOver(world, p, mode, node, command)) return 0
    }
    if (piece === null) return 0
  }
}

/** Answers a line; true when it ended the CLI. */
function isOver(world: World, p: Process, mode: ConfigureMode, node: ClusterNode, command: string): boolean {
  const isExit = command === 'exit' || command === 'quit'
  if (isExit && !mode.isOpen) return true
  scheduler.runDue()
  if (isExit) p.write(mode.leave())
  else p.write(answer(world, mode, node, command.replace(/\s+/g, ' ')))
  return false
}

function answer(world: World, mode: ConfigureMode, node: ClusterNode, command: string): string {
  if (world.switches.has('cli-garbage')) return garbage(world)
  if (mode.isOpen && !command.startsWith('run ')) return mode.answer(command)
  const [body = '', ...pipes] = command
    .replace(/^run /, '')
    .split('|')
    .map((s) => s.trim())
  if (/^configure( exclusive| private)?$/.test(body)) return mode.enter()
  let text = body === 'show configuration' ? showConfiguration(world, node, pipes) : reply(world, node, body)
  for (const pipe of pipes) {
    const match = /^(?:match|grep)\s+"?([^"]*)"?$/.exec(pipe)
    if (match)
      text = text
        .split('\n')
        .filter((l) => l.includes(match[1] ?? ''))
        .map((l) => `${l}\n`)
        .join('')
  }
  return text
}

function reply(world: World, node: ClusterNode, command: string): string {
  switch (command) {
    case 'show chassis cluster status':
      return status(world, node)
    case 'show chassis cluster interfaces':
      return interfaces(world, node)
    case 'show chassis cluster information':
      return information(world, node)
    case 'show version':
      return version(node)
  }
  const flow = /^show security flow session(?: destination-prefix (\S+))?(?: brief| summary)?$/.exec(command)
  if (flow) {
    if (command.endsWith(' summary')) return summary(world, node)
    return sessions(world, node, { prefix: flow[1] ?? null })
  }
  const one = /^show chassis cluster status redundancy-group (\d+)$/.exec(command)
  if (one) return status(world, node)
  const failover = /^request chassis cluster failover (reset )?redundancy-group (\d+)(?: node (\d+))?$/.exec(command)
  if (failover) return request(world, node, Boolean(failover[1]), Number(failover[2]), failover[3])
  return `error: unknown command: ${command}\n`
}

function request(world: World, node: ClusterNode, reset: boolean, group: number, target: string | undefined): string {
  if (!GROUPS.includes(group as GroupId)) return `error: redundancy group ${group} is not configured\n`
  const id = group as GroupId
  if (reset) {
    const done = world.cluster.resetFailover(id, nowMs())
    const text = done
      ? `Successfully reset all nodes for redundancy group ${group}`
      : `No reset required for redundancy group ${group}.`
    return `${node.name}:\n${DASHES}\n${text}\n`
  }
  const holder = world.cluster.nodes.find((n) => n.alive && n.states[id] === 'primary')
  const to = target === undefined ? (holder?.id === 0 ? 1 : 0) : Number(target)
  if (to !== 0 && to !== 1) return `error: node ${target} is not part of the cluster\n`
  const error = world.cluster.requestFailover(id, to as NodeId, nowMs())
  return error ? `${error}\n` : `${node.name}:\n${DASHES}\nInitiated manual failover for redundancy group ${group}\n`
}

function summary(world: World, node: ClusterNode): string {
  const count = world.sessions.list(node.id).length
  return `${node.name}:\n${DASHES}\nUnicast-sessions: ${count}\nMulticast-sessions: 0\nServices-offload-sessions: 0\nFailed-sessions: 0\nSessions-in-drop-flow: 0\nSessions-in-use: ${count}\n  Valid sessions: ${count}\nMaximum-sessions: 10000000\n`
}
