import { parse } from 'just-bash'
import type { Program } from '../machine/process'
import { readAll } from '../machine/streams'
import { Exit } from './control-flow'
import { onlySimple, Shell } from './shell'

/** `sh [-eux] [-c script [name args…]] [file args…]`. */
export const sh: Program = async (p) => {
  const args = p.args.slice(1)
  let command = false
  let flags = ''
  while (args[0]?.startsWith('-') && args[0] !== '-') {
    const flag = args.shift() as string
    if (flag === '--') break
    flags += flag.slice(1)
    if (flag.slice(1).includes('c')) command = true
  }
  if (command) return runText(p, args[0] ?? '', args[1] ?? 'sh', args.slice(2), flags, true)
  const file = args[0]
  if (file === undefined) return runText(p, await p.within(readAll(p.io.stdin)), 'sh', [], flags, false)
  const text = await p.machine.fs.readFile(p.machine.fs.resolvePath(p.cwd, file)).catch(() => null)
  if (text === null) {
    p.error(`sh: 0: cannot open ${file}: No such file\n`)
    return 2
  }
  return runText(p, text, file, args.slice(1), flags, false)
}

async function runText(
  p: Parameters<Program>[0],
  text: string,
  name: string,
  params: string[],
  flags: string,
  execLast: boolean,
): Promise<number> {
  const shell = new Shell(p, name)
  shell.params = params
  shell.options = { e: flags.includes('e'), u: flags.includes('u'), x: flags.includes('x') }
  const single = execLast ? onlyCommand(text) : null
  if (single) {
    try {
      await shell.simple(single, p.io, true)
    } catch (error) {
      if (!(error instanceof Exit)) throw error
      return error.code
    }
    return shell.status
  }
  return shell.runScript(text, p.io)
}

/** `sh -c 'one command'` does not fork: the command takes over the shell's process, as with dash. */
function onlyCommand(text: string) {
  try {
    const { statements } = parse(text)
    const [statement] = statements
    return statements.length === 1 && statement && !statement.background && !statement.deferredError
      ? onlySimple(statement)
      : null
  } catch {
    return null
  }
}
