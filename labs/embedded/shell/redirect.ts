import type { SimpleCommandNode } from 'just-bash'
import type { Io } from '../machine/process'
import { FileSink, nullSink, nullSource, type Sink, textSource } from '../machine/streams'
import { expandOne } from './expand'
import type { Shell } from './shell'

type Redirection = SimpleCommandNode['redirections'][number]

/** A redirection that could not be made: the command is not run, the status is 2 (dash). */
export class RedirectionFailed extends Error {}

/** Applies redirections, left to right. */
export async function redirect(shell: Shell, io: Io, redirections: readonly Redirection[]): Promise<Io> {
  const result = { ...io }
  for (const redirection of redirections) await apply(shell, result, redirection)
  return result
}

async function apply(shell: Shell, io: Io, redirection: Redirection): Promise<void> {
  const { operator, target } = redirection
  if (target.type === 'HereDoc') {
    io.stdin = textSource(await expandOne(shell, target.content))
    return
  }
  const word = await expandOne(shell, target)
  if (operator === '<') io.stdin = await openInput(shell, word)
  else if (operator === '<&') io.stdin = word === '-' ? nullSource : io.stdin
  else if (operator === '>&') {
    if (word === '-') set(io, redirection.fd ?? 1, nullSink)
    else set(io, redirection.fd ?? 1, word === '2' ? io.stderr : io.stdout)
  } else {
    const sink = await openOutput(shell, word, operator === '>>' || operator === '&>>')
    if (operator.startsWith('&>')) {
      io.stdout = sink
      io.stderr = sink
    } else set(io, redirection.fd ?? 1, sink)
  }
}

function set(io: Io, fd: number, sink: Sink): void {
  if (fd === 1) io.stdout = sink
  else if (fd === 2) io.stderr = sink
}

async function openInput(shell: Shell, name: string) {
  if (name === '/dev/null') return nullSource
  const { fs } = shell.machine
  try {
    return textSource(await fs.readFile(fs.resolvePath(shell.process.cwd, name)))
  } catch {
    throw new RedirectionFailed(`cannot open ${name}: No such file`)
  }
}

async function openOutput(shell: Shell, name: string, append: boolean): Promise<Sink> {
  if (name === '/dev/null') return nullSink
  const { fs } = shell.machine
  const path = fs.resolvePath(shell.process.cwd, name)
  const parent = path.slice(0, path.lastIndexOf('/')) || '/'
  const parentIsDirectory = await fs
    .stat(parent)
    .then((s) => s.isDirectory)
    .catch(() => false)
  if (!parentIsDirectory) throw new RedirectionFailed(`cannot create ${name}: Directory nonexistent`)
  const isDirectory = await fs
    .stat(path)
    .then((s) => s.isDirectory)
    .catch(() => false)
  if (isDirectory) throw new RedirectionFailed(`cannot create ${name}: Is a directory`)
  if (!append || !(await fs.exists(path))) await fs.writeFile(path, '')
  return new FileSink((text) => fs.appendFile(path, text))
}
