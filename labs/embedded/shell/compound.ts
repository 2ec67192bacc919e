import type { CommandNode, StatementNode } from 'just-bash'
import { type Io, Killed } from '../machine/process'
import { Break } from './control-flow'
import { expandOne, expandPattern, expandWords } from './expand'
import type { Shell } from './shell'

/** `if`, loops, `case`, groups and subshells. */
export async function runCompound(
  shell: Shell,
  node: Exclude<CommandNode, { type: 'SimpleCommand' | 'FunctionDef' }>,
  io: Io,
): Promise<void> {
  switch (node.type) {
    case 'Group':
      return shell.list(node.body, io)
    case 'Subshell': {
      const forked = shell.subshell((child, ioOfChild) => child.list(node.body, ioOfChild), io)
      shell.status = await shell.process.within(forked.exited)
      return
    }
    case 'If': {
      for (const clause of node.clauses) {
        if (await shell.condition(clause.condition, io)) return shell.list(clause.body, io)
      }
      shell.status = 0
      if (node.elseBody) await shell.list(node.elseBody, io)
      return
    }
    case 'While':
    case 'Until': {
      let status = 0
      while ((await shell.condition(node.condition, io)) === (node.type === 'While')) {
        if (await loopBody(shell, node.body, io)) break
        status = shell.status
      }
      shell.status = status
      return
    }
    case 'For': {
      const words = node.words === null ? shell.params : await expandWords(shell, node.words)
      for (const word of words) {
        shell.vars.set(node.variable, word)
        if (await loopBody(shell, node.body, io)) break
      }
      return
    }
    case 'Case': {
      const text = await expandOne(shell, node.word)
      shell.status = 0
      for (const item of node.items) {
        for (const pattern of item.patterns) {
          if ((await expandPattern(shell, pattern)).test(text)) return shell.list(item.body, io)
        }
      }
      return
    }
    default:
      throw shell.fatal(`Syntax error: ${node.type} is not POSIX`)
  }
}

/** True when the loop was left by `break`. */
async function loopBody(shell: Shell, body: readonly StatementNode[], io: Io): Promise<boolean> {
  try {
    // A loop of builtins only must not starve the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    if (!shell.process.alive) throw new Killed()
    await shell.list(body, io)
    return false
  } catch (error) {
    if (!(error instanceof Break)) throw error
    if (--error.levels > 0) throw error
    return !error.goOn
  }
}
