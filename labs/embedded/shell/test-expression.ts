import type { Shell } from './shell'

const compare: Record<string, (a: number, b: number) => boolean> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
}

/** `test` and `[`: exit status 0, 1, or 2 for an expression that makes no sense. */
export async function test(shell: Shell, args: string[]): Promise<number> {
  const or = args.length > 3 ? args.lastIndexOf('-o') : -1
  if (or > 0) return (await test(shell, args.slice(0, or))) === 0 ? 0 : test(shell, args.slice(or + 1))
  const and = args.length > 3 ? args.lastIndexOf('-a') : -1
  if (and > 0) {
    const left = await test(shell, args.slice(0, and))
    return left === 0 ? test(shell, args.slice(and + 1)) : left
  }
  if (args[0] === '!' && args.length > 1) {
    const inner = await test(shell, args.slice(1))
    return inner > 1 ? inner : 1 - inner
  }
  if (args.length === 0) return 1
  if (args.length === 1) return args[0] === '' ? 1 : 0
  if (args.length === 2) return unary(shell, args[0] ?? '', args[1] ?? '')
  const [left = '', operator = '', right = ''] = args
  if (args.length !== 3) return 2
  if (operator === '=' || operator === '==') return left === right ? 0 : 1
  if (operator === '!=') return left !== right ? 0 : 1
  const numeric = compare[operator]
  if (!numeric) return 2
  if (!/^\s*-?\d+\s*$/.test(left) || !/^\s*-?\d+\s*$/.test(right)) {
    const bad = /^\s*-?\d+\s*$/.test(left) ? right : left
    shell.process.error(`${shell.name}: 1: [: Illegal number: ${bad}\n`)
    return 2
  }
  return numeric(Number(left), Number(right)) ? 0 : 1
}

async function unary(shell: Shell, operator: string, operand: string): Promise<number> {
  if (operator === '-n') return operand !== '' ? 0 : 1
  if (operator === '-z') return operand === '' ? 0 : 1
  const { fs } = shell.machine
  const path = fs.resolvePath(shell.process.cwd, operand)
  const stat = await fs.stat(path).catch(() => null)
  switch (operator) {
    case '-e':
    case '-r':
    case '-w':
      return stat ? 0 : 1
    case '-f':
      return stat?.isFile ? 0 : 1
    case '-d':
      return stat?.isDirectory ? 0 : 1
    case '-s':
      return stat && stat.size > 0 ? 0 : 1
    case '-x':
      return stat && (stat.isDirectory || (stat.mode & 0o111) !== 0) ? 0 : 1
    case '-L':
    case '-h':
      return (await fs.lstat(path).catch(() => null))?.isSymbolicLink ? 0 : 1
    default:
      return 2
  }
}
